import { expect, test } from 'vitest';

import { reportedLinks, targetOf } from './targets';

const PLACE = { accountId: '666666666666', region: 'us-east-1' };

test('what a run executed has a page, in the account and Region that it looked at', () => {
  expect(targetOf('LAMBDA', { functionName: 'orders-handler' }, PLACE)).toEqual({
    href: 'https://us-east-1.console.aws.amazon.com/lambda/home?region=us-east-1#/functions/orders-handler',
    title: 'Lambda function',
    ...PLACE,
  });
  expect(targetOf('CODEBUILD', { project: 'soak' }, PLACE)?.href).toContain(
    '/codebuild/666666666666/projects/soak/',
  );
  expect(targetOf('ALARM', { alarmName: 'a b' }, PLACE)?.href).toContain('alarmsV2:alarm/a%20b');
});

test('an ARN says by itself where it is', () => {
  const arn = 'arn:aws:states:eu-west-1:111111111111:stateMachine:soak';
  expect(targetOf('STATE_MACHINE', { arn }, undefined)).toMatchObject({
    accountId: '111111111111',
    region: 'eu-west-1',
  });
});

test('without a place, or with a placeholder left, there is no page', () => {
  expect(targetOf('LAMBDA', { functionName: 'x' }, undefined)).toBeUndefined();
  expect(targetOf('LAMBDA', { functionName: '{service}-x' }, PLACE)).toBeUndefined();
  expect(targetOf('EXTERNAL', {}, PLACE)).toBeUndefined();
  expect(targetOf('HTTP', { url: 'javascript:alert(1)' }, PLACE)).toBeUndefined();
  expect(targetOf('HTTP', { url: 'https://a.example' }, PLACE)?.href).toBe('https://a.example');
});

test('addresses that a check reported are links; anything else is not', () => {
  expect(reportedLinks({ log: 'https://logs.example/1', ledger: 'x', script: 'javascript:1' })).toEqual([
    { name: 'log', href: 'https://logs.example/1' },
  ]);
  expect(reportedLinks(null)).toEqual([]);
});
