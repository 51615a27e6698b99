import { describe, expect, it } from 'vitest';

import { addressOf, age, textOf } from './cells';
import { exampleCell } from './example';

const NOW = Date.parse('2027-01-04T00:00:00Z');

describe('a cell says', () => {
  it('what is there, its tag, and for how long', () => {
    const text = textOf('payments', exampleCell('prod-eu-west-1', { deployedTag: 'v1.4.2' }), NOW);
    expect(text).toMatchObject({
      standing: 'resting',
      commit: '2a736a78',
      tag: 'v1.4.2',
      line: '3 d',
      behind: '',
    });
    expect(text.sentence).toBe('payments in prod-eu-west-1, 2a736a78 v1.4.2, deployed 3 d ago');
  });

  it('what comes beside what is there', () => {
    const cell = exampleCell('prod-eu-west-1', {
      status: 'IN_PROGRESS',
      revision: '9f8e7d6c5b4a',
      changedAt: '2027-01-03T23:57:00Z',
      commitsBehind: 1,
    });
    const text = textOf('payments', cell, NOW);
    expect(text).toMatchObject({ commit: '2a736a78', line: '→ 9f8e7d6c 3 min', behind: '1 commit behind' });
    expect(text.sentence).toBe(
      'payments in prod-eu-west-1, 2a736a78, deploying 9f8e7d6c 3 min ago, 1 commit behind',
    );
  });

  it('the one that comes first to a place, once', () => {
    const cell = exampleCell('prod-eu-west-1', {
      status: 'FAILED',
      deployedRevision: null,
      deployedAt: null,
      commitsBehind: null,
    });
    expect(textOf('payments', cell, NOW)).toMatchObject({
      commit: '2a736a78',
      line: 'Failed 3 d',
      behind: '',
    });
  });

  it('that nothing was deployed yet', () => {
    const nothing = {
      deploymentId: null,
      status: null,
      revision: null,
      deployedRevision: null,
      changedAt: null,
    };
    const text = textOf('payments', exampleCell('prod-eu-west-1', { ...nothing, deployedAt: null }), NOW);
    expect(text).toMatchObject({ standing: 'empty', commit: '', line: '' });
    expect(text.sentence).toBe('payments in prod-eu-west-1, not deployed yet');
  });
});

it('an age has one unit', () => {
  expect([-5, 59_999, 60_000, 7_199_000, 47 * 3_600_000, 48 * 3_600_000].map(age)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '47 h',
    '2 d',
  ]);
});

it('a cell leads to its deployment, or to the pipeline that has not reached it', () => {
  expect(addressOf('payments', exampleCell('x'))).toBe('/deployments/d1');
  expect(addressOf('pay/ments', exampleCell('x', { deploymentId: null }))).toBe('/pipelines/pay%2Fments');
});
