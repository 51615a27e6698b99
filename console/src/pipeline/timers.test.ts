import { describe, expect, test } from 'vitest';

import { courseOf, type Step } from './course';
import { action, at, check, deployed, execution, planned, stage, T0 } from './examples';
import { bakeData, bakeLeft, bakeOf, bakeShare, linesOf, when } from './timers';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a bake', () => {
  const told = {
    endsAt: at(192),
    dataPoints: 41,
    minimumDataPoints: 100,
    exposed: 'ALL',
    reasons: ['bake left'],
  };

  test('says the time that is left, by the service’s clock', () => {
    const bake = bakeOf({ detail: told });
    expect(bakeLeft(bake, T0)).toBe('bake 3 h 12 min left');
    expect(bakeLeft(bake, T0 + 3 * HOUR)).toBe('bake 12 min left');
  });

  test('says how many requests there are of how many', () => {
    expect(bakeData(bakeOf({ detail: told }))).toBe('41 of 100 requests');
    expect(bakeData(bakeOf({ detail: { ...told, dataPoints: null } }))).toBe('0 of 100 requests');
    expect(bakeData(bakeOf({ detail: { dataPoints: 3610, minimumDataPoints: 0 } }))).toBe('3,610 requests');
    expect(bakeData(bakeOf({ detail: null }))).toBeNull();
  });

  test('whose time is over says whether data are missing', () => {
    expect(bakeLeft(bakeOf({ detail: told }), T0 + 4 * HOUR)).toBe('time is over, data are missing');
    expect(bakeLeft(bakeOf({ detail: { ...told, dataPoints: 100 } }), T0 + 4 * HOUR)).toBe('time is over');
  });

  test('says that only the one-box is exposed', () => {
    const bake = bakeOf({ detail: { ...told, exposed: 'ONE_BOX', oneBoxEndsAt: at(20) } });
    expect(bakeLeft(bake, T0)).toBe('one-box 20 min left');
    expect(bakeLeft(bake, T0 + HOUR)).toBe('bake 2 h 12 min left');
  });

  test.each([
    [undefined],
    [null],
    ['text'],
    [[1]],
    [{ endsAt: 'soon', dataPoints: 'many', reasons: 'none' }],
  ])('of whose detail nothing can be read (%j) is one of which nothing is known', (detail) => {
    expect(bakeOf({ detail })).toMatchObject({ endsAt: null, dataPoints: null, reasons: [] });
    expect(bakeLeft(bakeOf({ detail }), T0)).toBe('bakes');
  });

  test('that was not looked at yet is as long as it is configured', () => {
    const configuration = { bakesFrom: at(0), minutes: 720, minimumDataPoints: 100 };
    const bake = bakeOf({ detail: null, configuration });
    expect(bakeLeft(bake, T0 + HOUR)).toBe('bake 11 h left');
    expect(bakeData(bake)).toBe('0 of 100 requests');
    expect(bakeOf({ detail: { endsAt: at(30) }, configuration }).endsAt).toBe(T0 + 30 * MINUTE);
  });

  test('has a share of its time behind it', () => {
    const bake = bakeOf({ detail: { endsAt: at(100) } });
    expect(bakeShare({ startedAt: at(0) }, bake, T0 + 25 * MINUTE)).toBe(0.25);
    expect(bakeShare({ startedAt: at(0) }, bake, T0 + 500 * MINUTE)).toBe(1);
    expect(bakeShare({ startedAt: at(200) }, bake, T0)).toBeNull();
  });
});

describe('a time', () => {
  const now = Date.parse('2027-01-27T12:00:00Z'); // a Wednesday

  test.each([
    ['14:03', '2027-01-27T14:03:00Z'],
    ['Thu 14:03', '2027-01-28T14:03:00Z'],
    ['Mon 09:00', '2027-02-01T09:00:00Z'],
    ['14 Feb 09:00', '2027-02-14T09:00:00Z'],
    ['2 Jan 2028 09:00', '2028-01-02T09:00:00Z'],
  ])('is as short as it is clear: %s', (said, time) => {
    expect(when(Date.parse(time), now, 'UTC')).toBe(said);
  });

  test('is of the zone that is asked for', () => {
    expect(when(Date.parse('2027-01-27T23:30:00Z'), now, 'Asia/Tokyo')).toBe('Thu 08:30');
  });
});

describe('what a step says', () => {
  const plan = planned({ 'prod-1': ['one', 'two'] });

  function one(actions: Parameters<typeof action>[], rest: Parameters<typeof execution>[2] = {}): Step {
    const acted = actions.map((each) => action(...each));
    const run = execution('a', acted.length === 0 ? [] : [stage('prod-1', 0, 'IN_PROGRESS', acted)], rest);
    return courseOf(plan, [run], run).find(({ id }) => id === 'prod-1')!;
  }

  const forecast = {
    waves: [
      { wave: 'prod-1', part: 'prod-1', entersAt: at(60), reachedAt: at(90), doneAt: null, unknown: null },
    ],
    lastRegionAt: null,
    madeAt: at(0),
    unknown: null,
  };

  test('while it bakes is the time that is left and the requests', () => {
    const bake = check('bake', 'prod-1', {
      kind: 'BAKE',
      detail: { endsAt: at(192), dataPoints: 41, minimumDataPoints: 100 },
    });
    const step = one([['VALIDATE', 'IN_PROGRESS']], { checkRuns: { nodes: [bake] } });
    expect(linesOf(step, T0)).toEqual(['bake 3 h 12 min left', '41 of 100 requests']);
  });

  test('while its checks run is how many have ended', () => {
    const checks = [check('a', 'prod-1', { status: 'PASSED' }), check('b', 'prod-1')];
    const step = one([['VALIDATE', 'IN_PROGRESS']], { checkRuns: { nodes: checks } });
    expect(linesOf(step, T0)).toEqual(['1 of 2 checks ended']);
  });

  test('while it waits is for how long, and when it may enter', () => {
    const step = one([['ENTER', 'IN_PROGRESS']]);
    expect(linesOf(step, T0 + 12 * MINUTE)).toEqual(['waits for 12 min']);
    expect(linesOf(step, T0 + 12 * MINUTE, at(60))[1]).toMatch(/^may enter about \d\d:\d\d$/);
  });

  test('while it deploys is how many have it', () => {
    const step = one([['DEPLOY', 'IN_PROGRESS']], { deployments: { nodes: [deployed('one', 'SUCCEEDED')] } });
    expect(linesOf(step, T0)).toEqual(['1 of 2 environments']);
  });

  test('before that is when it is entered, or that nobody can tell', () => {
    expect(linesOf(one([], { forecast }), T0)[0]).toMatch(/^enters about \d\d:\d\d$/);
    const unknown = { ...forecast, waves: [{ ...forecast.waves[0]!, entersAt: null, unknown: 'an alarm' }] };
    expect(linesOf(one([], { forecast: unknown }), T0)).toEqual(['nobody can tell when']);
    expect(linesOf(one([]), T0)).toEqual([]);
  });
});
