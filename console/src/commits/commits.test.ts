import { describe, expect, it } from 'vitest';

import { journeyOf, moment, progressOf, type RevisionPlace, stateOf } from './journey';
import { latestOf } from './latest';
import { understand } from './search';

const NOW = Date.parse('2027-01-04T08:00:00Z');

function place(environment: string, change: Partial<RevisionPlace> = {}): RevisionPlace {
  return {
    environment,
    stage: 'prod',
    wave: 'prod-1',
    region: 'eu-west-1',
    state: 'REACHED',
    at: null,
    expectedAt: null,
    sentence: '',
    deploymentId: null,
    ...change,
  };
}

describe('what is typed', () => {
  it.each([
    ['', 'nothing'],
    ['  2a73  ', 'commit'],
    ['2A736A78C51E0954BA85D1BCF0CAD70E041F3277', 'commit'],
    ['v1.4.2', 'tag'],
    ['#123', 'pull request'],
    ['https://github.com/acme/payments/pull/7/files', 'pull request'],
    ['github.com/acme/payments/commit/2a736a78', 'commit'],
    ['https://github.com/acme/payments/releases/tag/v1.4.2', 'tag'],
    ['2a7', 'wrong'],
    ['#', 'wrong'],
    ['#0', 'wrong'],
    ['fix the refund', 'wrong'],
    ['https://github.com/acme/payments', 'wrong'],
    ['https://github.com/acme/payments/issues/7', 'wrong'],
    ['x'.repeat(2_049), 'wrong'],
  ])('%j is %s', (typed, kind) => {
    expect(understand(typed).kind).toBe(kind);
  });
});

describe('the way of a commit', () => {
  const zones = new Map([['ap-southeast-2', 'Australia/Sydney']]);
  const coming = place('prod-ap', {
    wave: 'prod-2',
    region: 'ap-southeast-2',
    state: 'COMING',
    expectedAt: '2027-01-05T03:00:00Z',
  });

  it('goes through stages and waves', () => {
    const journey = journeyOf([
      place('beta-eu', { stage: 'beta', wave: 'beta-1' }),
      place('prod-eu'),
      coming,
    ]);
    expect(journey.map(({ stage, waves }) => [stage, ...waves.map(({ wave }) => wave)])).toEqual([
      ['beta', 'beta-1'],
      ['prod', 'prod-1', 'prod-2'],
    ]);
  });

  it('says how far it has come, and when the last Region is expected, in its zone', () => {
    expect(progressOf([place('prod-eu', { state: 'CONTAINED' }), coming], NOW, zones).sentence).toBe(
      'in 1 of 2 environments; last Region expected Tue 14:00 GMT+11 (ap-southeast-2)',
    );
  });

  it('says that it is everywhere, or where it does not come', () => {
    expect(progressOf([place('a'), place('b')], NOW, zones).sentence).toBe('in all 2 environments');
    expect(progressOf([place('a'), place('b', { state: 'NOT_COMING' })], NOW, zones).sentence).toBe(
      'in 1 of 2 environments; not coming to 1',
    );
  });

  it('is at the sign of what moves', () => {
    expect(stateOf([place('a'), coming])).toBe('COMING');
    expect(stateOf([place('a'), place('b', { state: 'CONTAINED' })])).toBe('CONTAINED');
  });

  it('has the date when it is not this week', () => {
    expect(moment('2027-02-01T12:00:00Z', NOW, 'UTC')).toBe('Mon 1 Feb 12:00 UTC');
  });
});

const execution = (service: string | null, revision: string | null) => ({
  executionId: 'x',
  status: 'SUCCEEDED' as const,
  revision,
  tag: null,
  commitMessage: 'Pay\n\nmore',
  author: 'Ana',
  committedAt: null,
  startedAt: '2027-01-01T00:00:00Z',
  pipeline: { service: service === null ? null : { name: service } },
});

it('the latest commits are each there once for each service', () => {
  const latest = latestOf([
    execution('payments', 'b'),
    execution('payments', 'b'),
    execution('orders', 'b'),
    execution(null, 'c'),
    execution('payments', null),
  ]);
  expect(latest.map(({ key, message }) => [key, message])).toEqual([
    ['payments b', 'Pay'],
    ['orders b', 'Pay'],
  ]);
});
