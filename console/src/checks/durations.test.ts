import { expect, test } from 'vitest';

import { durationsOf } from './durations';
import type { Outcome } from './statistics';

function outcome(id: string, status: Outcome['status'], seconds: number): Outcome {
  return {
    id,
    status,
    subject: 'prod-us-east-1',
    startedAt: '2026-11-30T03:00:00Z',
    endedAt: status === 'RUNNING' ? null : new Date(Date.UTC(2026, 10, 30, 3, 0, seconds)).toISOString(),
    execution: { revision: 'a', pipeline: { service: null } },
  };
}

const NEWEST_FIRST = [
  outcome('running', 'RUNNING', 0),
  outcome('new', 'FAILED', 50),
  outcome('left', 'CANCELLED', 9),
  outcome('old', 'PASSED', 100),
];

test('runs that ended are from left to right, the longest at the top', () => {
  expect(durationsOf(NEWEST_FIRST, 100, 20)).toMatchObject({
    most: 100,
    points: [
      { id: 'old', x: 25, y: 0 },
      { id: 'new', x: 75, y: 10, status: 'FAILED' },
    ],
  });
});

test('the newest are kept where there are too many, and none is no trouble', () => {
  expect(durationsOf(NEWEST_FIRST, 100, 20, 1).points.map(({ id }) => id)).toEqual(['new']);
  expect(durationsOf([], 100, 20)).toEqual({ most: 1, points: [] });
});
