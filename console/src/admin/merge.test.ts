import { expect, it } from 'vitest';

import { merge, resolved } from './merge';

const base = { bakeMinutes: 240, oneBoxPercent: 10, team: null, services: ['a'] };

it('what only one of the two changed is taken from that one', () => {
  const found = merge(base, { ...base, oneBoxPercent: 5 }, { ...base, bakeMinutes: 120 });
  expect(found.values).toEqual({ ...base, oneBoxPercent: 5, bakeMinutes: 120 });
  expect(found.conflicts).toEqual([]);
  expect(found.taken).toEqual([{ field: 'oneBoxPercent', base: 10, theirs: 5, yours: 10 }]);
});

it('what both changed alike is no conflict', () => {
  const both = { ...base, services: ['a', 'b'] };
  expect(merge(base, both, { ...both, services: ['a', 'b'] })).toMatchObject({ conflicts: [], taken: [] });
});

it('what both changed keeps what was typed, until somebody takes the other', () => {
  const found = merge(base, { ...base, bakeMinutes: 300 }, { ...base, bakeMinutes: 120 });
  expect(found.conflicts).toEqual([{ field: 'bakeMinutes', base: 240, theirs: 300, yours: 120 }]);
  expect(resolved(found, new Set())).toMatchObject({ bakeMinutes: 120 });
  expect(resolved(found, new Set(['bakeMinutes']))).toMatchObject({ bakeMinutes: 300 });
});
