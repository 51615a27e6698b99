import { expect, it } from 'vitest';

import { differences, same, written } from './difference';

it('values are the same whatever the order of their keys, and a time in whatever zone', () => {
  expect(same({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(same('2027-01-31T12:00:00Z', '2027-01-31T13:00:00+01:00')).toBe(true);
  expect(same(['a', 'b'], ['b', 'a'])).toBe(false);
  expect(same(null, undefined)).toBe(true);
});

it('a difference has what came and what went of a list or a mapping', () => {
  const found = differences(
    { placement: ['prod-*', 'beta-*'], tags: { a: '1' }, tier: 1 },
    { placement: ['prod-*', 'gamma-*'], tags: { a: '2' }, tier: 1 },
  );
  expect(found).toEqual([
    {
      field: 'placement',
      before: ['prod-*', 'beta-*'],
      after: ['prod-*', 'gamma-*'],
      added: ['gamma-*'],
      removed: ['beta-*'],
    },
    { field: 'tags', before: { a: '1' }, after: { a: '2' }, added: ['a: 2'], removed: ['a: 1'] },
  ]);
});

it('what is registered differs in what it has, and what is archived in what it had', () => {
  expect(differences(null, { name: 'a', email: null, members: [] }).map(({ field }) => field)).toEqual([
    'name',
  ]);
  expect(differences({ name: 'a' }, null)).toMatchObject([{ field: 'name', before: 'a', after: undefined }]);
});

it('a value is written for people', () => {
  expect(written(null)).toBe('–');
  expect(written([])).toBe('–');
  expect(written(false)).toBe('no');
  expect(written(['a', 'b'])).toBe('a, b');
  expect(written({ url: 'x', headers: { a: 'b' } })).toBe('url: x, headers: a: b');
});
