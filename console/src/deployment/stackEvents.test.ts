import { expect, test } from 'vitest';

import { stackEvents } from './stackEvents';

const RESOURCE = {
  id: 'e2',
  detailType: 'CloudFormation Resource Status Change',
  time: '2026-11-30T03:01:00Z',
  body: {
    detail: {
      'stack-id': 'arn:aws:cloudformation:us-east-1:666666666666:stack/prod-Orders/b4b1',
      'logical-resource-id': 'Queue',
      'physical-resource-id': '',
      'resource-type': 'AWS::SQS::Queue',
      'status-details': { status: 'CREATE_FAILED', 'status-reason': 'must end with .fifo' },
    },
  },
};
const STACK = {
  id: 'e1',
  detailType: 'CloudFormation Stack Status Change',
  time: '2026-11-30T03:00:00Z',
  body: {
    detail: {
      'stack-id': 'arn:aws:cloudformation:us-east-1:666666666666:stack/prod-Orders/b4b1',
      'status-details': { status: 'CREATE_IN_PROGRESS', 'status-reason': '' },
    },
  },
};

test('a stack tells of itself by name, and of its resources with their reasons, the earliest first', () => {
  expect(stackEvents([RESOURCE, STACK])).toMatchObject([
    {
      resource: 'prod-Orders',
      type: 'AWS::CloudFormation::Stack',
      status: 'CREATE_IN_PROGRESS',
      failed: false,
    },
    { resource: 'Queue', status: 'CREATE_FAILED', reason: 'must end with .fifo', failed: true },
  ]);
});

test('what is of another kind, or cannot be read, is left out', () => {
  expect(stackEvents([{ ...STACK, detailType: 'CodeBuild Build State Change' }])).toEqual([]);
  expect(
    stackEvents([
      { ...STACK, body: null },
      { ...STACK, body: { detail: {} } },
    ]),
  ).toEqual([]);
});
