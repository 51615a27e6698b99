import { CombinedError } from '@urql/core';
import { expect, test } from 'vitest';

import { problemOf } from './problem';

const answered = (
  status: number,
  ...errors: { message: string; extensions?: Record<string, unknown>; path?: string[] }[]
) => new CombinedError({ graphQLErrors: errors, response: { status } });

test('a service that does not answer, and one behind a proxy that says so', () => {
  expect(problemOf(new CombinedError({ networkError: new TypeError('Failed to fetch') })).kind).toBe(
    'unreachable',
  );
  expect(problemOf(answered(503)).kind).toBe('unreachable');
});

test('a document that does not fit the schema means another version', () => {
  expect(problemOf(answered(400, { message: "Cannot query field 'x' on type 'Query'." })).kind).toBe(
    'mismatch',
  );
});

test('an expired login and a missing right are told apart', () => {
  expect(problemOf(answered(401)).kind).toBe('signed-out');
  const unknown = { message: 'Nobody is let in.', extensions: { code: 'UNAUTHENTICATED' } };
  expect(problemOf(answered(401, unknown))).toMatchObject({
    kind: 'signed-out',
    sentence: 'You are not signed in any more.',
    detail: 'Nobody is let in.',
  });
  const forbidden = { message: 'An operator may.', extensions: { code: 'FORBIDDEN' } };
  expect(problemOf(answered(200, forbidden))).toMatchObject({
    kind: 'forbidden',
    sentence: 'An operator may.',
  });
});

test('what went wrong inside is said in the words of the service', () => {
  const inside = {
    message: 'Something went wrong.',
    extensions: { code: 'INTERNAL', traceId: 'abc' },
    path: ['x'],
  };
  expect(problemOf(answered(200, inside))).toMatchObject({ kind: 'failed', detail: 'abc' });
});
