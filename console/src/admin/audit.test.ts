import { expect, it } from 'vitest';

import { filterOf, type ListedChange, openNumber, sourceInShort, summaryOf } from './audit';

const change: ListedChange = {
  number: 4,
  time: '2026-11-30T09:00:00Z',
  actor: 'ana',
  source: null,
  reason: null,
  reverts: null,
  entries: {
    pageInfo: { hasNextPage: true },
    nodes: [
      { operation: 'UPDATE', kind: 'wave', name: 'prod-1' },
      { operation: 'ARCHIVE', kind: 'notificationRoute', name: 'mail' },
    ],
  },
};

it('a change is said in a line', () => {
  expect(summaryOf(change)).toBe('wave prod-1 changed, notification route mail archived and more');
  expect(summaryOf({ ...change, reverts: 3 })).toContain('takes back change 3: wave');
});

it('what is shown is in the address', () => {
  const search = new URLSearchParams('actor=ana&kind=&name=%20prod-1&change=12&other=x');
  expect(filterOf(search)).toEqual({ actor: 'ana', name: 'prod-1' });
  expect(openNumber(search)).toBe(12);
  expect(openNumber(new URLSearchParams('change=last'))).toBeUndefined();
});

it('a client is said in short, with where it was', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
  expect(sourceInShort(`${chrome} from 10.0.0.7`)).toBe('Chrome 141 from 10.0.0.7');
  expect(sourceInShort(`${chrome} Edg/141.0 from 10.0.0.7`)).toBe('Edge 141 from 10.0.0.7');
  expect(sourceInShort('interlock/1.2 (linux) from a socket')).toBe('interlock 1.2 from a socket');
  expect(sourceInShort('migration')).toBe('migration');
});
