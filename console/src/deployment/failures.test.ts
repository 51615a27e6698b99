import { expect, test } from 'vitest';

import { cascadeOf, evidenceSentence, explanationOf, kindOf } from './failures';

test('what followed is read in its order; what is of another form is left out', () => {
  const told = [
    { resource: 'Topic', resourceType: 'AWS::SNS::Topic', reason: 'Resource creation cancelled' },
    { reason: 'The following resource(s) failed' },
    'nonsense',
    null,
  ];
  expect(cascadeOf(told)).toMatchObject([
    { resource: 'Topic', resourceType: 'AWS::SNS::Topic', reason: 'Resource creation cancelled' },
    {
      resource: 'A resource without a name',
      resourceType: undefined,
      reason: 'The following resource(s) failed',
    },
  ]);
  expect(cascadeOf({})).toEqual([]);
});

test('a failure that is not explained says so, and why', () => {
  expect(explanationOf({ explainedAt: null, unexplained: null })).toContain('AWS is being asked');
  expect(explanationOf({ explainedAt: null, unexplained: 'AccessDenied' })).toContain(
    '(AccessDenied), and is asked again',
  );
  expect(explanationOf({ explainedAt: '2026-11-30T03:00:00Z', unexplained: 'AccessDenied' })).toContain(
    'without asking',
  );
  expect(explanationOf({ explainedAt: '2026-11-30T03:00:00Z', unexplained: null })).toBeUndefined();
});

test('every kind is a sentence', () => {
  expect(kindOf('RESOURCE')).toMatch(/\.$/);
  expect(evidenceSentence({ kind: 'ROLLBACK' })).toMatch(/rollback/);
});
