import { expect, test } from 'vitest';

import { deployment } from './testing';
import { timelineOf } from './timeline';

function asked(type: string, payload: object) {
  return {
    id: type,
    type,
    time: '2026-11-30T03:01:00Z',
    actor: 'ada',
    payload: { reason: 'The fair is on', ...payload },
  };
}

function told(type: string, payload: object) {
  return timelineOf(deployment(), [asked(type, payload)]).find(({ key }) => key === type);
}

test('who asked CodePipeline for something is told with their reason', () => {
  const entry = told('execution.stop_asked', { abandon: true, actions: [] });
  expect(entry).toMatchObject({ status: 'STOPPING', details: ['The fair is on'] });
  expect(entry?.sentence).toBe('ada asked to stop the execution, and to leave what was in progress');
  expect(told('stage.retry_asked', { pipelineStage: 'prod-2', mode: 'ALL_ACTIONS' })?.sentence).toBe(
    'ada asked to try all of prod-2 again',
  );
  expect(
    told('stage.rollback_asked', { pipelineStage: 'prod-2', targetRevision: 'b2'.repeat(20) }),
  ).toMatchObject({
    kind: 'rollback',
    sentence: 'ada asked to roll prod-2 back to b2b2b2b2',
  });
  expect(
    told('approval.answered', { pipelineStage: 'prod-2', action: 'Release', decision: 'REJECTED' }),
  ).toMatchObject({ kind: 'decision', status: 'FAILED', sentence: 'ada rejected Release in prod-2' });
});

test('what is asked for another stage is not of this deployment', () => {
  expect(told('stage.retry_asked', { pipelineStage: 'beta-1', mode: 'FAILED_ACTIONS' })).toBeUndefined();
});
