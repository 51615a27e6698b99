import { expect, test } from 'vitest';

import { commitAddress, keyOf } from './addresses';
import { besideIn, findBeside, type Page } from './beside';

const node = (id: string) => ({ id, status: 'SUCCEEDED', revision: null });
const page = (ids: string, endCursor: string | null): Page => ({
  nodes: [...ids].map(node),
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
});

test('the one before and the one after, of deployments the newest first', () => {
  expect(besideIn([...'cba'].map(node), 'b', false)).toEqual({ next: node('c'), previous: node('a') });
  expect(besideIn([...'cba'].map(node), 'c', false)).toEqual({ next: undefined, previous: node('b') });
  expect(besideIn([...'cba'].map(node), 'a', false)).toEqual({ next: node('b'), previous: undefined });
});

test('the last of a page has a neighbour on the next', () => {
  expect(besideIn([...'cba'].map(node), 'a', true)).toBeUndefined();
});

test('further pages are looked through, also where the neighbours are on two of them', async () => {
  const pages: Record<string, Page> = { one: page('dc', 'two'), two: page('ba', null) };
  const ask = (after: string) => Promise.resolve(pages[after]);
  expect(await findBeside(page('fe', 'one'), 'c', ask)).toEqual({ next: node('d'), previous: node('b') });
  expect(await findBeside(page('fe', 'one'), 'd', ask)).toEqual({ next: node('e'), previous: node('c') });
  expect(await findBeside(page('fe', 'one'), 'x', ask)).toBeUndefined();
});

test('an event names by its key what a node names by its id', () => {
  expect(keyOf(btoa('Deployment:01a22af3-2915-711b-b7b5-46c143aaf88e'))).toBe(
    '01a22af3-2915-711b-b7b5-46c143aaf88e',
  );
  expect(keyOf('not base64!')).toBeUndefined();
});

test('a commit is on GitHub, under its repository', () => {
  expect(commitAddress('acme/orders', '08ea4a6e')).toBe('https://github.com/acme/orders/commit/08ea4a6e');
});
