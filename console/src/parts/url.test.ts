import { expect, test } from 'vitest';

import { changed, listOf, oneOf, searchOf } from './url';

test('a change leaves what it does not name', () => {
  const before = new URLSearchParams('stage=prod&group=region');
  expect(searchOf(before, { group: 'account' })).toBe('?stage=prod&group=account');
});

test('nothing, and the empty text, take a parameter out', () => {
  const before = new URLSearchParams('stage=prod&text=eu&group=region');
  expect(changed(before, { stage: undefined, text: '' }).toString()).toBe('group=region');
});

test('what an address says and nobody knows is the first that is allowed', () => {
  expect(oneOf('galaxy', ['stage', 'region'])).toBe('stage');
  expect(oneOf('region', ['stage', 'region'])).toBe('region');
  expect(oneOf(null, ['stage', 'region'])).toBe('stage');
});

test('a list is empty without its parameter', () => {
  expect(listOf(null)).toEqual([]);
  expect(listOf('')).toEqual([]);
  expect(listOf('payments,orders')).toEqual(['payments', 'orders']);
});
