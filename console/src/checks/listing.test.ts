import { expect, test } from 'vitest';

import type { ChecksPageQuery, CheckRunStatus } from './checks.generated';
import { arranged, listed, wantedOf } from './listing';
import { statisticsOf } from './statistics';

type Check = ChecksPageQuery['checks']['nodes'][number];

function run(status: CheckRunStatus, seconds: number, service = 'orders'): Check['runs']['nodes'][number] {
  return {
    id: `${status} ${seconds}`,
    status,
    subject: 'prod-us-east-1',
    part: 'prod-1',
    mode: 'BLOCKING',
    tryNumber: 1,
    startedAt: '2026-11-30T03:00:00Z',
    endedAt: new Date(Date.UTC(2026, 10, 30, 3, 0, seconds)).toISOString(),
    execution: { executionId: 'e', revision: 'a', pipeline: { service: { name: service } } },
  };
}

function ofRuns(runs: Check['runs']['nodes']): Check['statistics'] {
  const { flakeRate = null, medianSeconds = null, p95Seconds = null, ...counts } = statisticsOf(runs);
  return { ...counts, flakeRate, medianSeconds, p95Seconds };
}

function check(name: string, stage: string, position: number, runs: Check['runs']['nodes'] = []): Check {
  return {
    id: name,
    name,
    kind: 'LAMBDA',
    when: 'AFTER',
    mode: 'BLOCKING',
    stage: { name: stage, position },
    wave: null,
    service: null,
    services: [],
    team: null,
    shadow: { runs: 0, wouldHaveBlocked: 0, flakeRate: null, since: null },
    statistics: ofRuns(runs),
    runs: { nodes: runs },
  };
}

const GRAPH: ChecksPageQuery = {
  checks: {
    nodes: [
      check('smoke-prod', 'prod', 4, [run('PASSED', 300), run('FAILED', 10, 'payments')]),
      check('smoke-alpha', 'alpha', 1, [run('PASSED', 60)]),
      check('latency', 'prod', 4),
    ],
  },
  services: {
    nodes: [
      { name: 'orders', team: null, stages: { nodes: [{ name: 'alpha' }, { name: 'prod' }] } },
      { name: 'payments', team: null, stages: { nodes: [{ name: 'prod' }] } },
    ],
  },
};

function seen(address: string): string[] {
  const wanted = wantedOf(new URLSearchParams(address));
  return arranged(listed(GRAPH, wanted.service), wanted).map((row) => row.check.name);
}

test('checks are in the order of their stages, then by name', () => {
  expect(seen('')).toEqual(['smoke-alpha', 'latency', 'smoke-prod']);
});

test('the slowest, those that fail most, and names', () => {
  expect(seen('order=slowest')).toEqual(['smoke-alpha', 'smoke-prod', 'latency']);
  expect(seen('order=failing')[0]).toBe('smoke-prod');
  expect(seen('order=name')).toEqual(['latency', 'smoke-alpha', 'smoke-prod']);
  expect(seen('order=nonsense')).toEqual(seen(''));
});

test('filters hold together', () => {
  expect(seen('search=SMOKE')).toEqual(['smoke-alpha', 'smoke-prod']);
  expect(seen('stage=prod&search=smoke')).toEqual(['smoke-prod']);
  expect(seen('mode=SHADOW')).toEqual([]);
  expect(seen('state=FAILED')).toEqual(['smoke-prod']);
});

test('of one service, only what guards it is seen, and only its runs are looked at', () => {
  expect(seen('service=payments')).toEqual(['latency', 'smoke-prod']);
  const [row] = listed(GRAPH, 'orders');
  expect(row?.latest.map(({ status }) => status)).toEqual(['PASSED']);
});
