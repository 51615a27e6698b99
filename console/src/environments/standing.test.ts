import { expect, test } from 'vitest';

import { type Cell, standingSentence, standingsOf, together } from './standing';

const cell = (environment: string, status: string | null): Cell => ({ service: 's', environment, status });

test('a place stands as the gravest of its services', () => {
  const found = standingsOf([
    cell('a', 'SUCCEEDED'),
    cell('a', 'FAILED'),
    cell('a', 'IN_PROGRESS'),
    cell('b', 'SUCCEEDED'),
    cell('b', null),
    cell('c', null),
  ]);
  expect(found.get('a')).toMatchObject({ state: 'FAILED', placed: 3 });
  expect(found.get('b')).toMatchObject({ state: 'SUCCEEDED', placed: 2 });
  expect(found.get('c')).toMatchObject({ state: 'NONE', placed: 1 });
  expect(found.get('d')).toBeUndefined();
});

test('a status that this page does not know is still under way', () => {
  expect(standingsOf([cell('a', 'CONVEYED')]).get('a')?.state).toBe('DEPLOYING');
});

test('several places together have the sum of their counts', () => {
  const found = standingsOf([cell('a', 'SUCCEEDED'), cell('b', 'STOPPED'), cell('b', 'SUCCEEDED')]);
  const sum = together([found.get('a'), found.get('b'), undefined]);
  expect(sum).toMatchObject({ state: 'STOPPED', placed: 3 });
  expect(standingSentence(sum)).toBe('1 stopped, 2 succeeded');
});

test('a place without services says so', () => {
  expect(standingSentence(together([]))).toBe('no service is placed here');
});
