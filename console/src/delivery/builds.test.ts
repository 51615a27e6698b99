import { expect, test } from 'vitest';

import {
  brokenOf,
  daysOf,
  type Execution,
  failuresOf,
  percentile,
  type Pipeline,
  type Run,
  secondsOf,
  touchesBroken,
  slowestActions,
  within,
} from './builds';

function execution(status: Execution['status'], day: number, minutes = 10): Execution {
  const startedAt = `2027-01-0${day}T10:00:00Z`;
  return {
    executionId: `${status} ${day} ${minutes}`,
    kind: 'STANDARD',
    status,
    startedAt,
    endedAt: new Date(Date.parse(startedAt) + minutes * 60_000).toISOString(),
    pipeline: { name: 'payments', service: { name: 'payments' } },
  };
}

function run(status: Run['status'], changes: Partial<Run> = {}): Run {
  return {
    executionId: status,
    kind: 'STANDARD',
    status,
    startedAt: '2027-01-01T10:00:00Z',
    endedAt: '2027-01-01T11:00:00Z',
    revision: 'abc',
    author: 'Ada',
    failures: { nodes: [] },
    ...changes,
  };
}

function pipeline(...runs: Run[]): Pipeline {
  return { name: 'payments', arn: 'arn', service: null, executions: { nodes: runs } };
}

test('percentiles are values that were measured', () => {
  expect(percentile([3, 1, 2, 4], 0.5)).toBe(2);
  expect(percentile([1], 0.95)).toBe(1);
  expect(percentile([], 0.5)).toBeNull();
});

test('what goes on has taken no time yet', () => {
  expect(secondsOf({ startedAt: '2027-01-01T10:00:00Z', endedAt: null })).toBeNull();
  expect(secondsOf(execution('SUCCEEDED', 1))).toBe(600);
});

test('each day has its executions, and a day without any is there', () => {
  const executions = [execution('SUCCEEDED', 1, 10), execution('SUCCEEDED', 1, 30), execution('FAILED', 3)];
  const days = daysOf(executions, '2027-01-01T00:00:00Z', Date.parse('2027-01-04T00:00:00Z'));
  expect(days.map(({ total }) => total)).toEqual([2, 0, 1]);
  expect(days.map(({ medianSeconds }) => medianSeconds)).toEqual([600, null, null]);
  expect(days[2]?.counts).toMatchObject({ FAILED: 1, SUCCEEDED: 0 });
});

test('a long window is by week', () => {
  const days = daysOf(
    [execution('SUCCEEDED', 9)],
    '2027-01-01T00:00:00Z',
    Date.parse('2027-06-01T00:00:00Z'),
  );
  expect(days).toHaveLength(22);
  expect(days[1]?.total).toBe(1);
});

test('an execution belongs to the window in which it began', () => {
  const found = within([execution('SUCCEEDED', 1), execution('FAILED', 2)], '2027-01-02T00:00:00Z', null);
  expect(found.map(({ status }) => status)).toEqual(['FAILED']);
});

test('a pipeline is broken since the first failure after its last success', () => {
  const first = run('FAILED', { endedAt: '2027-01-02T00:00:00Z' });
  const last = run('FAILED', { endedAt: '2027-01-03T00:00:00Z', author: 'Grace' });
  const [broken] = brokenOf([pipeline(last, first, run('SUCCEEDED'), run('FAILED'))]);
  expect(broken).toMatchObject({ since: '2027-01-02T00:00:00Z', failures: 2, longer: false });
  expect(broken?.latest.author).toBe('Grace');
});

test('a rollback, and what goes on, neither breaks nor repairs', () => {
  expect(
    failuresOf([run('IN_PROGRESS'), run('SUCCEEDED', { kind: 'ROLLBACK' }), run('FAILED')]),
  ).toHaveLength(1);
  expect(failuresOf([run('FAILED', { kind: 'ROLLBACK' }), run('SUCCEEDED')])).toHaveLength(0);
  expect(failuresOf([run('SUPERSEDED'), run('SUCCEEDED')])).toHaveLength(0);
});

test('a failure longer than what was asked for says so', () => {
  expect(brokenOf([pipeline(...Array.from({ length: 20 }, () => run('FAILED')))])[0]?.longer).toBe(true);
});

function action(name: string, minutes: number, kind: 'DEPLOY' | 'VALIDATE' = 'DEPLOY') {
  return {
    name,
    kind,
    status: 'SUCCEEDED' as const,
    startedAt: '2027-01-01T10:00:00Z',
    endedAt: `2027-01-01T10:${String(minutes).padStart(2, '0')}:00Z`,
  };
}

test('the slowest actions are by their median, without what waits by design', () => {
  const stages = {
    nodes: [
      {
        name: 'prod',
        actions: { nodes: [action('Deploy', 5), action('Slow', 20), action('Bake', 50, 'VALIDATE')] },
      },
    ],
  };
  const found = slowestActions({
    executions: { nodes: [{ pipeline: { name: 'p', service: null }, stages }] },
  });
  expect(found.map((each) => each.action)).toEqual(['Slow', 'Deploy']);
  expect(found[0]).toMatchObject({ medianSeconds: 1_200, runs: 1 });
});

test('whose a broken pipeline is follows the configuration', () => {
  expect(touchesBroken({ type: 'configuration.changed' })).toBe(true);
  expect(touchesBroken({ type: 'pipeline.registered' })).toBe(true);
  expect(touchesBroken({ type: 'check_run.changed' })).toBe(false);
});
