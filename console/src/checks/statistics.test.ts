import { expect, test } from 'vitest';

import type { CheckRunStatus } from './checks.generated';
import {
  countsOf,
  flakeRateOf,
  latestOf,
  type Outcome,
  percent,
  percentile,
  statisticsOf,
} from './statistics';

let number = 0;
function outcome(
  status: CheckRunStatus,
  minute: number,
  more: Partial<Outcome> & { seconds?: number } = {},
): Outcome {
  const start = Date.UTC(2026, 10, 30, 3, minute);
  const { seconds = 60, ...rest } = more;
  number += 1;
  return {
    id: `run${number}`,
    status,
    subject: 'prod-us-east-1',
    startedAt: new Date(start).toISOString(),
    endedAt: status === 'RUNNING' ? null : new Date(start + seconds * 1_000).toISOString(),
    execution: { revision: 'a', pipeline: { service: { name: 'orders' } } },
    ...rest,
  };
}

test('outcomes are counted; what goes on or was left says nothing', () => {
  const runs = (['PASSED', 'FAILED', 'TIMED_OUT', 'ERRORED', 'RUNNING', 'CANCELLED'] as const).map(
    (status, minute) => outcome(status, minute),
  );
  expect(statisticsOf(runs)).toMatchObject({ runs: 4, passed: 1, failed: 1, errored: 2, medianSeconds: 60 });
  expect(statisticsOf([])).toMatchObject({ runs: 0, flakeRate: undefined, medianSeconds: undefined });
});

test('a percentile is a value that was measured', () => {
  expect(percentile([3, 1, 2, 4], 0.5)).toBe(2);
  expect(percentile([3, 1, 2, 4], 0.95)).toBe(4);
  expect(percentile([], 0.5)).toBeUndefined();
});

test('it is flaky where outcomes of one revision on one subject differ', () => {
  const other = { execution: { revision: 'b', pipeline: { service: { name: 'orders' } } } };
  expect(flakeRateOf([outcome('PASSED', 0), outcome('FAILED', 1)])).toBe(1);
  expect(flakeRateOf([outcome('PASSED', 0), outcome('FAILED', 1, other)])).toBeUndefined();
  expect(
    flakeRateOf([
      outcome('PASSED', 0),
      outcome('FAILED', 1),
      outcome('PASSED', 2, other),
      outcome('PASSED', 3, other),
    ]),
  ).toBe(0.5);
});

test('the latest run of each service and subject, the newest first', () => {
  const old = outcome('FAILED', 0);
  const newer = outcome('PASSED', 5);
  const elsewhere = outcome('RUNNING', 3, { subject: 'prod-eu-west-1' });
  expect(latestOf([old, newer, elsewhere])).toEqual([newer, elsewhere]);
});

test('what failed is counted first', () => {
  expect(countsOf([outcome('PASSED', 0), outcome('FAILED', 1), outcome('PASSED', 2)])).toEqual([
    ['FAILED', 1],
    ['PASSED', 2],
  ]);
});

test('shares are percentages', () => {
  expect(percent(0.0415)).toBe('4.2 %');
  expect(percent(0)).toBe('0 %');
  expect(percent(null)).toBe('–');
});
