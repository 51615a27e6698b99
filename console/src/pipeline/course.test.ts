import { describe, expect, test } from 'vitest';

import { courseOf, latestChecks, placeOf, slotsOf, stateOf, type Step } from './course';
import { approvalOf, currentOf, progressOf, rollsBack, triesAgain, waitsFor } from './steps';
import { action, at, check, deployed, execution, planned, stage } from './examples';

const PLAN = planned({
  'alpha-1': ['alpha-eu-west-1'],
  'prod-1': ['prod-sa-east-1'],
  'prod-2': ['prod-eu-west-1', 'prod-us-east-1'],
});

const BUILT = [
  stage('Source', 0, 'SUCCEEDED'),
  stage('Build', 1, 'SUCCEEDED'),
  stage('alpha-1', 2, 'SUCCEEDED'),
];

function step(steps: Step[], id: string): Step {
  return steps.find((each) => each.id === id)!;
}

describe('the steps', () => {
  test('are the build, then the waves of the plan, in their order', () => {
    const run = execution('a', BUILT);
    expect(slotsOf(PLAN, [run]).map(({ id }) => id)).toEqual([
      'Source',
      'Build',
      'alpha-1',
      'prod-1',
      'prod-2',
    ]);
  });

  test('are the same whichever execution is shown, so nothing moves', () => {
    const old = execution('a', BUILT);
    const young = execution('b', BUILT.slice(0, 1));
    const ids = (run: typeof old): string[] => courseOf(PLAN, [young, old], run).map(({ id }) => id);
    expect(ids(young)).toEqual(ids(old));
  });

  test('have a wave that is no longer planned behind the others', () => {
    const run = execution('a', [...BUILT, stage('beta-1', 3, 'SUCCEEDED')]);
    const steps = courseOf(PLAN, [run], run);
    expect(steps.at(-1)).toMatchObject({ id: 'beta-1', group: 'No longer planned', wave: 'beta-1' });
  });

  test('are those of the plan where nothing has run', () => {
    const steps = courseOf(PLAN, [], null);
    expect(steps.map(({ id, state }) => [id, state])).toEqual([
      ['alpha-1', 'ABSENT'],
      ['prod-1', 'ABSENT'],
      ['prod-2', 'ABSENT'],
    ]);
  });

  test('are one for a wave that CDK has split', () => {
    const run = execution('a', [
      ...BUILT,
      stage('prod-2.1', 4, 'SUCCEEDED', [], { wave: { name: 'prod-2' } }),
      stage('prod-2.2', 5, 'IN_PROGRESS', [action('DEPLOY', 'IN_PROGRESS')], { wave: { name: 'prod-2' } }),
    ]);
    const steps = courseOf(PLAN, [run], run);
    expect(steps.map(({ id }) => id)).not.toContain('prod-2.1');
    expect(step(steps, 'prod-2')).toMatchObject({ state: 'DEPLOYING', stages: [{}, {}] });
  });
});

describe('the state of a step', () => {
  test.each([
    ['COMING', [], 'IN_PROGRESS'],
    ['ABSENT', [], 'SUPERSEDED'],
    ['ABSENT', [], null],
    ['WAITING', [action('ENTER', 'IN_PROGRESS')], 'IN_PROGRESS'],
    ['DEPLOYING', [action('ENTER', 'SUCCEEDED')], 'IN_PROGRESS'],
    ['DEPLOYING', [action('ENTER', 'SUCCEEDED'), action('DEPLOY', 'IN_PROGRESS')], 'IN_PROGRESS'],
    ['WATCHED', [action('DEPLOY', 'SUCCEEDED'), action('VALIDATE', 'IN_PROGRESS')], 'IN_PROGRESS'],
    ['APPROVAL', [action('OTHER', 'IN_PROGRESS', { category: 'Approval' })], 'IN_PROGRESS'],
    ['IN_PROGRESS', [action('SYNTH', 'IN_PROGRESS')], 'IN_PROGRESS'],
  ] as const)('is %s', (state, actions, executionStatus) => {
    const stages = actions.length === 0 ? [] : [stage('prod-1', 3, 'IN_PROGRESS', [...actions])];
    expect(stateOf(stages, executionStatus)).toBe(state);
  });

  test('is FAILED as soon as a part of it has failed', () => {
    expect(stateOf([stage('w.1', 3, 'FAILED'), stage('w.2', 4, 'IN_PROGRESS')], 'IN_PROGRESS')).toBe(
      'FAILED',
    );
  });

  test('is STOPPED where it neither passed nor failed', () => {
    expect(stateOf([stage('w', 3, 'STOPPED')], 'STOPPED')).toBe('STOPPED');
    expect(stateOf([stage('w', 3, 'CANCELED')], 'CANCELED')).toBe('STOPPED');
  });
});

describe('other executions', () => {
  const shown = execution('a', [
    ...BUILT,
    stage('prod-1', 3, 'IN_PROGRESS', [action('VALIDATE', 'IN_PROGRESS')]),
  ]);

  test('are shown in the stage where they are', () => {
    const other = execution('b', [stage('Source', 0, 'SUCCEEDED'), stage('Build', 1, 'IN_PROGRESS')]);
    const steps = courseOf(PLAN, [other, shown], shown);
    expect(step(steps, 'Build').others).toMatchObject([{ executionId: 'b', relation: 'IN' }]);
    expect(steps.filter(({ others }) => others.length > 0)).toHaveLength(1);
  });

  test('wait before the stage that is next, where they are in none', () => {
    const other = execution('b', BUILT);
    const steps = courseOf(PLAN, [other, shown], shown);
    expect(step(steps, 'prod-1').others).toMatchObject([{ executionId: 'b', relation: 'WAITS' }]);
  });

  test('that have ended are nowhere', () => {
    const other = execution('b', BUILT, { status: 'SUPERSEDED' });
    expect(placeOf(other)).toBeNull();
    expect(courseOf(PLAN, [other, shown], shown).every(({ others }) => others.length === 0)).toBe(true);
  });

  test('tell which revision passed a step last, by when it did', () => {
    const older = execution('b', [stage('prod-2', 4, 'SUCCEEDED', [], { endedAt: at(-500) })], {
      status: 'SUCCEEDED',
    });
    const back = execution('c', [stage('prod-2', 4, 'SUCCEEDED', [], { endedAt: at(-100) })], {
      status: 'SUCCEEDED',
      kind: 'ROLLBACK',
    });
    expect(step(courseOf(PLAN, [older, back, shown], shown), 'prod-2').there?.executionId).toBe('c');
  });
});

describe('environments', () => {
  test('are those of the plan, with the deployment of each', () => {
    const run = execution('a', BUILT, { deployments: { nodes: [deployed('prod-us-east-1', 'SUCCEEDED')] } });
    const found = step(courseOf(PLAN, [run], run), 'prod-2');
    expect(found.environments.map(({ name, status }) => [name, status])).toEqual([
      ['prod-eu-west-1', 'PENDING'],
      ['prod-us-east-1', 'SUCCEEDED'],
    ]);
    expect(progressOf(found)).toEqual({ done: 1, total: 2 });
  });

  test('that are no longer planned are known from the actions', () => {
    const acted = action('DEPLOY', 'SUCCEEDED', { environment: { name: 'prod-old' } });
    const run = execution('a', [stage('prod-1', 3, 'IN_PROGRESS', [acted])]);
    const names = step(courseOf(PLAN, [run], run), 'prod-1').environments.map(({ name }) => name);
    expect(names).toEqual(['prod-sa-east-1', 'prod-old']);
  });
});

describe('checks', () => {
  test('count with their latest attempt and try', () => {
    const runs = [
      check('smoke', 'prod-1', { tryNumber: 2, startedAt: at(5), status: 'PASSED' }),
      check('smoke', 'prod-1', { startedAt: at(1), status: 'ERRORED' }),
      check('smoke', 'prod-1', { attempt: 2, startedAt: at(0), status: 'RUNNING' }),
    ];
    expect(latestChecks(runs).map(({ status }) => status)).toEqual(['RUNNING']);
  });

  test("are the wave's bake before any other that bakes, and one that goes on before one that is over", () => {
    const bakes = [
      check('soak', 'prod-1', { kind: 'BAKE', status: 'RUNNING' }),
      check('bake', 'prod-1', { kind: 'BAKE', status: 'RUNNING' }),
      check('long-soak', 'prod-1', { kind: 'BAKE', status: 'PASSED' }),
    ];
    const run = execution('a', [stage('prod-1', 3, 'IN_PROGRESS')], { checkRuns: { nodes: bakes } });
    expect(step(courseOf(PLAN, [run], run), 'prod-1').bake?.name).toBe('bake');
  });
});

describe('what an execution waits for', () => {
  test('is the wave that it asks to enter', () => {
    const run = execution('a', [
      ...BUILT,
      stage('prod-1', 3, 'IN_PROGRESS', [action('ENTER', 'IN_PROGRESS')]),
    ]);
    expect(waitsFor(courseOf(PLAN, [run], run))).toBe('prod-sa-east-1');
  });

  test('is the next wave while this one is watched', () => {
    const run = execution('a', [
      ...BUILT,
      stage('prod-1', 3, 'IN_PROGRESS', [action('VALIDATE', 'IN_PROGRESS')]),
    ]);
    expect(waitsFor(courseOf(PLAN, [run], run))).toBe('prod-eu-west-1');
  });

  test('is an environment that it has not reached', () => {
    const run = execution(
      'a',
      [...BUILT, stage('prod-2', 4, 'IN_PROGRESS', [action('DEPLOY', 'IN_PROGRESS')])],
      {
        deployments: { nodes: [deployed('prod-eu-west-1', 'SUCCEEDED')] },
      },
    );
    expect(waitsFor(courseOf(PLAN, [run], run))).toBe('prod-us-east-1');
  });

  test('is the first wave while it is built', () => {
    const run = execution('a', [stage('Source', 0, 'IN_PROGRESS', [action('SOURCE', 'IN_PROGRESS')])]);
    expect(waitsFor(courseOf(PLAN, [run], run))).toBe('alpha-eu-west-1');
  });

  test('is nothing where there are no steps', () => {
    expect(waitsFor([])).toBeNull();
    expect(currentOf([])).toBeNull();
  });
});

describe('what may be done in a step', () => {
  const wave = 'prod-1';

  test('is to approve where an action waits for a person', () => {
    const approval = action('OTHER', 'IN_PROGRESS', { category: 'Approval', name: 'Release' });
    expect(approvalOf({ stages: [stage('prod-1', 3, 'IN_PROGRESS', [approval])] })).toEqual({
      stage: 'prod-1',
      name: 'Release',
    });
    const answered = { ...approval, status: 'SUCCEEDED' as const };
    expect(approvalOf({ stages: [stage('prod-1', 3, 'IN_PROGRESS', [answered])] })).toBeNull();
  });

  test('is to try again what failed or was stopped, of a split wave that part', () => {
    expect(triesAgain({ stages: [stage('w.1', 3, 'SUCCEEDED'), stage('w.2', 4, 'FAILED')] })).toBe('w.2');
    expect(triesAgain({ stages: [stage('w', 3, 'SUCCEEDED')] })).toBeNull();
  });

  test('is to roll back a wave in which the execution has been', () => {
    expect(rollsBack({ stages: [stage('prod-1', 3, 'SUCCEEDED')], wave })).toBe('prod-1');
    expect(rollsBack({ stages: [], wave })).toBeNull();
    expect(rollsBack({ stages: [stage('Build', 1, 'SUCCEEDED')], wave: null })).toBeNull();
  });
});
