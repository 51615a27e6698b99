import { expect, test } from 'vitest';

import { behindSentence, deliveriesIn, natureOf } from './behind';

const OPENED = {
  measure: 'changeLeadTime' as const,
  behind: 'deliveries' as const,
  atLeastSeconds: null,
  belowSeconds: null,
  from: null,
  to: null,
};

test('what is listed is said', () => {
  expect(behindSentence(OPENED)).toBe('Change lead time: the deliveries that count');
  expect(behindSentence({ ...OPENED, atLeastSeconds: 900, belowSeconds: 3_600 })).toContain(
    ', 15 min to 1 h',
  );
  expect(behindSentence({ ...OPENED, from: '2027-01-08T00:00:00Z', to: '2027-01-09T00:00:00Z' })).toContain(
    'from 8 Jan until 9 Jan',
  );
  expect(behindSentence({ ...OPENED, measure: 'failedDeploymentRecoveryTime', behind: 'unknown' })).toContain(
    'have not recovered yet',
  );
});

test('the list that was asked for is the one that came', () => {
  const list = { pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0, nodes: [] };
  const total = {
    changeLeadTime: {},
    deploymentFrequency: {},
    changeFailRate: { sample: list },
    failedDeploymentRecoveryTime: {},
    deploymentReworkRate: {},
  };
  expect(deliveriesIn({ dora: { total } })).toBe(list);
  expect(deliveriesIn(undefined)).toBeUndefined();
});

test('a rollback is not called rework as well', () => {
  const delivery = { rollback: true, rework: true, repeated: true, failed: false };
  expect(natureOf(delivery)).toEqual(['rollback']);
  expect(natureOf({ ...delivery, rollback: false, failed: true })).toEqual([
    'failed',
    'rework',
    'was there before',
  ]);
});
