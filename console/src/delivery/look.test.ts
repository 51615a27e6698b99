import { expect, test } from 'vitest';

import { histogramBars, knownOf, percentilesOf, seriesBars, type Total } from './look';

const POINT = { from: '2027-01-08T00:00:00Z', to: '2027-01-09T00:00:00Z' };
const DISTRIBUTION = {
  sampleSize: 2,
  least: 60,
  most: 7_200,
  mean: 3_630,
  p50: 60,
  p75: 7_200,
  p90: 7_200,
  p95: 7_200,
  buckets: [
    { fromSeconds: 0, toSeconds: 900, count: 1 },
    { fromSeconds: 900, toSeconds: null, count: 0 },
  ],
};
const RATE = {
  value: 0.5,
  count: 1,
  sampleSize: 2,
  series: [
    { ...POINT, value: 0, count: 0, sampleSize: 1 },
    { from: '2027-01-09T00:00:00Z', to: '2027-01-10T00:00:00Z', value: null, count: 0, sampleSize: 0 },
  ],
};
const TIMES = {
  value: 60,
  sampleSize: 2,
  unknownCount: 1,
  distribution: DISTRIBUTION,
  series: [{ ...POINT, value: 60, count: 1, sampleSize: 1 }],
};
const TOTAL: Total = {
  changeLeadTime: TIMES,
  deploymentFrequency: {
    value: 0.1,
    count: 3,
    rollbackCount: 1,
    intervals: null,
    series: [{ ...POINT, value: 3, count: 3, sampleSize: 3 }],
  },
  changeFailRate: RATE,
  failedDeploymentRecoveryTime: { ...TIMES, value: null, distribution: null },
  deploymentReworkRate: RATE,
};
const HERE = new URLSearchParams('team=shop');

test('each measure has its numbers in one form', () => {
  expect(knownOf(TOTAL, 'changeLeadTime')).toMatchObject({ value: 60, sampleSize: 2, unknownCount: 1 });
  expect(knownOf(TOTAL, 'deploymentFrequency')).toMatchObject({ count: 3, sampleSize: 3, rollbackCount: 1 });
  expect(knownOf(TOTAL, 'changeFailRate')).toMatchObject({ count: 1, distribution: null });
});

test('a day without data has no bar, and one with none that count opens all of them', () => {
  const [zero, nothing] = seriesBars(TOTAL, 'changeFailRate', HERE);
  expect(zero).toMatchObject({ value: 0, said: '0 %', detail: '0 of 1 delivery' });
  expect(zero?.to).toContain('open=sample');
  expect(nothing).toMatchObject({ value: null, said: 'No data', to: undefined });
});

test('a day opens its own window', () => {
  const [day] = seriesBars(TOTAL, 'changeLeadTime', HERE);
  const address = new URLSearchParams(day!.to);
  expect(address.get('pointFrom')).toBe(POINT.from);
  expect(address.get('pointTo')).toBe(POINT.to);
  expect(address.get('team')).toBe('shop');
});

test('a bucket opens the deliveries between its bounds', () => {
  const [first, last] = histogramBars(DISTRIBUTION, 'changeLeadTime', HERE);
  expect(first?.to).toContain('atLeast=0&below=900');
  expect(last?.to).toBeUndefined();
  expect(histogramBars(DISTRIBUTION, 'deploymentFrequency', HERE)[0]?.to).toBeUndefined();
});

test('percentiles are in words', () => {
  expect(percentilesOf(DISTRIBUTION)[1]).toEqual({ label: 'Median', value: '1 min' });
});
