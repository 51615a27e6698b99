import { expect, test } from 'vitest';

import { bucketName, dayName, formatted, sampleSentence, trendOf, trendSentence } from './measures';

test('what has no data is not zero', () => {
  expect(formatted(null, 'SECONDS')).toBe('No data');
  expect(formatted(undefined, 'SHARE')).toBe('No data');
  expect(formatted(0, 'SHARE')).toBe('0 %');
});

test('times are spans, and shares are per cent', () => {
  expect(formatted(2_700, 'SECONDS')).toBe('45 min');
  expect(formatted(0.3333, 'SHARE')).toBe('33 %');
  expect(formatted(0.015, 'SHARE')).toBe('1.5 %');
});

test('a frequency is said as people say it', () => {
  expect(formatted(3.21, 'PER_DAY')).toBe('3.2 a day');
  expect(formatted(0.2, 'PER_DAY')).toBe('1.4 a week');
  expect(formatted(0.1, 'PER_DAY')).toBe('3 in 30 days');
  expect(formatted(0, 'PER_DAY')).toBe('0 a day');
});

test('of how many is always said', () => {
  expect(sampleSentence('SHARE', { count: 1, sampleSize: 3 })).toBe('1 of 3 deliveries');
  expect(sampleSentence('SECONDS', { sampleSize: 1 })).toBe('of 1 delivery');
  expect(sampleSentence('PER_DAY', { count: 5 })).toBe('5 deliveries');
});

test('buckets are named by their bounds', () => {
  expect(bucketName({ fromSeconds: 0, toSeconds: 900 })).toBe('under 15 min');
  expect(bucketName({ fromSeconds: 900, toSeconds: 3_600 })).toBe('15 min to 1 h');
  expect(bucketName({ fromSeconds: 2_592_000, toSeconds: null })).toBe('30 d and more');
});

const times = (...values: (number | null)[]) =>
  values.map((value) => ({ value, count: value === null ? 0 : 1, sampleSize: value === null ? 0 : 1 }));
const shares = (...counts: [count: number, sampleSize: number][]) =>
  counts.map(([count, sampleSize]) => ({ value: null, count, sampleSize }));

test('a trend compares halves, of what has data', () => {
  expect(trendOf(times(1, null, 3, 5), 'SECONDS')).toEqual({ earlier: 1, later: 4 });
  expect(trendOf(times(null, null, 3, 5), 'SECONDS')).toBeUndefined();
  expect(trendSentence(times(60, 60), 'SECONDS')).toBe('Steady at 1 min');
  expect(trendSentence(times(null, 60), 'SECONDS')).toContain('No trend');
});

test('the trend of a share is of all deliveries, not of days', () => {
  expect(trendSentence(shares([1, 1], [0, 9], [3, 10], [0, 0]), 'SHARE')).toBe('Up from 10 % to 30 %');
  expect(trendSentence(shares([0, 0], [1, 2]), 'SHARE')).toContain('No trend');
});

test('a day without a delivery counts in the trend of the frequency', () => {
  expect(trendSentence(shares([4, 4], [0, 0], [0, 0], [2, 2]), 'PER_DAY')).toBe(
    'Down from 2 a day to 1 a day',
  );
  expect(trendSentence(shares([7, 7], [14, 14]), 'PER_DAY', 7)).toBe('Up from 1 a day to 2 a day');
});

test('days are those of UTC', () => {
  expect(dayName('2027-01-27T00:00:00Z')).toBe('27 Jan');
});
