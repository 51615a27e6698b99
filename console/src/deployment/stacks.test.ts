import { expect, test } from 'vitest';

import { failedParts, linksOf } from './stacks';
import { action } from './testing';

const ARN = 'arn:aws:cloudformation:us-east-1:666666666666:stack/prod-Orders/b4b1';

test('resources that failed are read; what is of another form is left out', () => {
  const told = [
    { name: 'Queue', state: 'CREATE_FAILED', type: 'AWS::SQS::Queue', reason: 'no .fifo' },
    7,
    {},
  ];
  expect(failedParts(told)).toMatchObject([
    { resource: 'Queue', state: 'CREATE_FAILED', type: 'AWS::SQS::Queue', reason: 'no .fifo' },
    { resource: 'Without a name' },
  ]);
  expect(failedParts(null)).toEqual([]);
});

test('a stack that is both an action’s id and its work is one link', () => {
  const work = {
    id: 'w',
    arn: ARN,
    kind: 'STACK' as const,
    accountId: '666666666666',
    regionName: 'us-east-1',
    name: 'prod-Orders',
    status: 'FAILED' as const,
    state: 'ROLLBACK_COMPLETE',
    startedAt: '2026-11-30T03:00:00Z',
    endedAt: null,
    cause: null,
    failures: [],
    logUrl: null,
    envelopes: { nodes: [] },
  };
  expect(linksOf(action({ externalId: ARN, work }), '999999999999').map(({ title }) => title)).toEqual([
    'CloudFormation stack',
  ]);
  expect(
    linksOf(action({ externalId: ARN, work: { ...work, logUrl: 'https://logs.example/1' } }), ''),
  ).toHaveLength(2);
});
