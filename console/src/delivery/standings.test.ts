import { expect, test } from 'vitest';

import { failRate, failSentence, flakeSentence } from './standings';

const STATISTICS = {
  runs: 45,
  passed: 30,
  failed: 10,
  errored: 5,
  flakeRate: null,
  medianSeconds: 60,
  p95Seconds: 120,
};

test('a check that could not tell has not said no', () => {
  expect(failRate(STATISTICS)).toBe(0.25);
  expect(failSentence(STATISTICS)).toBe('25 % (10 of 40)');
});

test('a check that has said nothing has no rate', () => {
  expect(failRate({ passed: 0, failed: 0 })).toBeNull();
  expect(failSentence({ ...STATISTICS, passed: 0, failed: 0 })).toBe('No data');
});

test('what was never looked at twice is not steady', () => {
  expect(flakeSentence(STATISTICS)).toBe('Never looked twice');
  expect(flakeSentence({ ...STATISTICS, flakeRate: 0 })).toBe('0 %');
});
