import { expect, test } from 'vitest';

import { consoleOf, linkOfAction, linkOfArn, linkOfExecution, linkOfUrl, safeUrl, signInNote } from './aws';

const STACK =
  'arn:aws:cloudformation:us-east-1:666666666666:stack/prod-Orders/b4b1f446-6a23-49b3-a476-8a6f9f707f12';

test('a stack opens at its events, in its Region and account', () => {
  expect(linkOfArn(STACK)).toEqual({
    href: `https://us-east-1.console.aws.amazon.com/cloudformation/home?region=us-east-1#/stacks/events?stackId=${encodeURIComponent(STACK)}`,
    title: 'CloudFormation stack',
    accountId: '666666666666',
    region: 'us-east-1',
  });
});

test.each([
  [
    'arn:aws:cloudformation:eu-west-1:111111111111:changeSet/PipelineChange/a7c6',
    'CloudFormation change set',
  ],
  ['arn:aws:states:eu-west-1:999999999999:execution:pipeline-orders:381c2e00', 'Step Functions execution'],
  [
    'arn:aws:codebuild:eu-west-1:999999999999:build/synth:dd479198-b31b-4bcf-b913-a8b55e1c9a6d',
    'CodeBuild log',
  ],
  ['arn:aws:cloudwatch:eu-west-1:999999999999:alarm:payments errors', 'CloudWatch alarm'],
  ['arn:aws:lambda:eu-west-1:999999999999:function:smoke:7', 'Lambda function'],
])('%s is known', (arn, title) => {
  const link = linkOfArn(arn);
  expect(link?.title).toBe(title);
  expect(link?.href).toContain('region=eu-west-1');
});

test.each(['', 'no arn', 'arn:aws:s3:::bucket', 'arn:aws:sqs:eu-west-1:111111111111:queue'])(
  'there is no page for %j',
  (text) => {
    expect(linkOfArn(text)).toBeUndefined();
  },
);

test('each partition has a console of its own', () => {
  expect(consoleOf('eu-west-1')).toBe('https://eu-west-1.console.aws.amazon.com');
  expect(consoleOf('cn-north-1')).toBe('https://cn-north-1.console.amazonaws.cn');
  expect(consoleOf('us-gov-west-1')).toBe('https://us-gov-west-1.console.amazonaws-us-gov.com');
});

test('a build is found by the id that CodePipeline gives it, in the account of the pipeline', () => {
  const link = linkOfAction(
    {
      provider: 'CodeBuild',
      regionName: 'eu-west-1',
      externalId: 'synth:dd479198-b31b-4bcf-b913-a8b55e1c9a6d',
    },
    '999999999999',
  );
  expect(link?.href).toBe(
    'https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/999999999999/projects/synth/build/synth%3Add479198-b31b-4bcf-b913-a8b55e1c9a6d/log?region=eu-west-1',
  );
});

test('what AWS told is taken where the id says nothing', () => {
  const url = 'https://github.com/acme/orders/actions/runs/1';
  expect(linkOfAction({ provider: 'GitHub', externalUrl: url }, '')).toEqual({
    href: url,
    title: 'GitHub',
    accountId: undefined,
    region: undefined,
  });
  expect(linkOfAction({ provider: 'Manual', externalUrl: null }, '')).toBeUndefined();
});

test('no address leads to a script', () => {
  expect(safeUrl('javascript:alert(1)')).toBeUndefined();
  expect(safeUrl('data:text/html,x')).toBeUndefined();
  expect(safeUrl('nonsense')).toBeUndefined();
  expect(safeUrl('https://a.example/b')).toBe('https://a.example/b');
  expect(linkOfUrl('javascript:alert(1)', 'Log')).toBeUndefined();
});

test('an execution of another CI system has no page in CodePipeline', () => {
  const pipeline = { name: 'orders', accountId: '', regionName: '' };
  expect(linkOfExecution({ pipeline, executionId: '1' })).toBeUndefined();
});

test('a link says where to sign in', () => {
  expect(signInNote(linkOfArn(STACK)!)).toBe(
    'Opens in a new tab. Sign in to account 666666666666, us-east-1 first.',
  );
});
