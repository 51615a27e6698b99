import { expect, test } from 'vitest';

import { action, deployment, execution, run } from './testing';
import { runsOf, timelineOf } from './timeline';

function decided(decision: string, pipelineStage: string, blockers: { sentence: string }[] = []) {
  return {
    id: `decision ${pipelineStage}`,
    type: 'decision.made',
    time: '2026-11-30T02:59:00Z',
    actor: 'local',
    payload: { decision, pipelineStage, part: pipelineStage, wave: pipelineStage, blockers },
  };
}

test('what happened is in the order of its times, whoever told it', () => {
  const entries = timelineOf(
    deployment({ actions: { nodes: [action({})] }, execution: execution([run({})]) }),
    [decided('PROCEED', 'prod-2')],
  );
  expect(entries.map(({ sentence }) => sentence)).toEqual([
    'The pipeline took the revision up (GitHub)',
    'The revision may enter prod-2',
    'The deployment to prod-us-east-1 began',
    'Orders.Deploy succeeded after 3 min',
    'The deployment succeeded after 5 min',
    'smoke on prod-us-east-1 passed after 2 min',
  ]);
});

test('an action stands before the end that follows from it', () => {
  const entries = timelineOf(deployment({ actions: { nodes: [action({})] } }), []);
  expect(entries.slice(-2).map(({ kind }) => kind)).toEqual(['action', 'deployment']);
});

test('decisions about other waves are theirs', () => {
  expect(timelineOf(deployment(), [decided('PROCEED', 'beta-1')]).map(({ kind }) => kind)).not.toContain(
    'decision',
  );
});

test('a decision to wait says why', () => {
  const entry = timelineOf(deployment(), [
    decided('WAIT', 'prod-2', [{ sentence: 'the window opens at 9' }]),
  ]).find(({ kind }) => kind === 'decision');
  expect(entry).toMatchObject({ status: 'WAITING', details: ['the window opens at 9'] });
});

test('a failed action says why, and one that goes on only that it began', () => {
  const failed = action({ id: 'failed', status: 'FAILED', summary: 'no queue', errorCode: 'JobFailed' });
  const running = action({ id: 'running', name: 'Next', status: 'IN_PROGRESS', endedAt: null });
  const entries = timelineOf(deployment({ actions: { nodes: [failed, running] } }), []);
  expect(entries.find(({ status }) => status === 'FAILED')?.details).toEqual(['no queue', 'JobFailed']);
  expect(entries.find(({ status }) => status === 'IN_PROGRESS')?.sentence).toBe('Next began');
});

test('only checks of this environment, and of its part of the wave, are its own', () => {
  const runs = [
    run({ id: 'mine' }),
    run({ id: 'neighbour', subject: 'prod-eu-west-1' }),
    run({ id: 'wave', name: 'bake', kind: 'BAKE', subject: 'prod-2' }),
    run({ id: 'part', name: 'bake', subject: 'prod-2-b', part: 'prod-2-b' }),
    run({ id: 'other', wave: { name: 'beta-1' } }),
  ];
  expect(runsOf(deployment({ execution: execution(runs) })).map(({ id }) => id)).toEqual(['mine', 'wave']);
});

test('a bake is told when it begins and when it ends', () => {
  const bake = run({ name: 'bake', kind: 'BAKE', subject: 'prod-2', status: 'FAILED', cause: 'in ALARM' });
  const entries = timelineOf(deployment({ execution: execution([bake]) }), []).filter(
    ({ kind }) => kind === 'bake',
  );
  expect(entries.map(({ sentence }) => sentence)).toEqual([
    'The bake of prod-2 began',
    'The bake of prod-2 failed after 2 min',
  ]);
  expect(entries[1]?.details).toEqual(['in ALARM']);
});

test('a check in shadow says that it blocks nobody', () => {
  const [entry] = timelineOf(deployment({ execution: execution([run({ mode: 'SHADOW' })]) }), []).slice(-1);
  expect(entry?.sentence).toContain('in shadow: it blocks nobody');
});

test('incidents are told with their end', () => {
  const incident = {
    id: 'i',
    name: 'incident-7',
    title: 'No orders',
    severity: 'MAJOR' as const,
    note: null,
    startedAt: '2026-11-30T03:10:00Z',
    declaredAt: '2026-11-30T03:12:00Z',
    declaredBy: 'ada',
    resolvedAt: '2026-11-30T04:00:00Z',
    resolvedBy: 'bob',
    resolution: 'rolled back',
  };
  const link = {
    id: 'l',
    role: 'CAUSE' as const,
    linkedAt: incident.declaredAt,
    linkedBy: 'ada',
    reason: null,
    incident,
  };
  const entries = timelineOf(deployment({ incidentLinks: { nodes: [link] } }), []).slice(-2);
  expect(entries.map(({ sentence }) => sentence)).toEqual([
    'ada declared incident-7, which this deployment caused',
    'bob resolved incident-7',
  ]);
});
