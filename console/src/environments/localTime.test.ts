import { expect, test } from 'vitest';

import { localTime } from './localTime';

const AT = Date.parse('2027-01-27T18:00:52Z');

test('the time is that of the Region', () => {
  expect(localTime(AT, 'Asia/Tokyo')).toContain('Thu');
  expect(localTime(AT, 'Asia/Tokyo')).toContain('03:00');
  expect(localTime(AT, 'Europe/Dublin')).toContain('18:00');
});

test('an unknown zone has no time, and breaks nothing', () => {
  expect(localTime(AT, 'Moon/Tranquility')).toBe('');
});
