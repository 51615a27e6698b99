import { expect, test } from 'vitest';

import { absolute, ago, lasting, span } from './time';

const HOUR = 3_600_000;

test('a span has at most two units', () => {
  expect(span(45_900)).toBe('45 s');
  expect(span(59 * 60_000)).toBe('59 min');
  expect(span(3 * HOUR + 12 * 60_000)).toBe('3 h 12 min');
  expect(span(48 * HOUR)).toBe('2 d');
  expect(span(-1)).toBe('0 s');
});

test('times are told from now', () => {
  expect(ago(0, 2_000)).toBe('now');
  expect(ago(0, 3 * 60_000)).toBe('3 min ago');
  expect(ago(2 * HOUR, 0)).toBe('in 2 h');
});

test('an absolute time names its zone', () => {
  expect(absolute(Date.UTC(2026, 10, 30, 8, 0, 12), 'Europe/Berlin')).toBe('Mon, 30 Nov 2026, 09:00:12 CET');
});

test('what has come to its end is over, though nobody says so', () => {
  const items = [{ expiresAt: null }, { expiresAt: '2026-11-30T08:00:00Z' }];
  expect(lasting(items, Date.parse('2026-11-30T07:59:59Z'))).toEqual(items);
  expect(lasting(items, Date.parse('2026-11-30T08:00:00Z'))).toEqual([{ expiresAt: null }]);
});
