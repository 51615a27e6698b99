import { describe, expect, test } from 'vitest';

import { courseOf } from '../course';
import { action, execution, planned, stage } from '../examples';
import { holdEffect, overrideSaid, startEffect } from './effects';
import { standingOf } from './standing';

const PLAN = planned({ 'prod-1': ['one'], 'prod-2': ['two', 'three'] });

describe('starting', () => {
  test('says what begins, and what becomes of those that go on', () => {
    const inside = execution('a', [stage('prod-1', 0, 'IN_PROGRESS')]);
    const waiting = execution('b', [stage('Build', 0, 'SUCCEEDED')]);
    const over = execution('c', [stage('prod-1', 0, 'FAILED')], { status: 'FAILED' });
    const said = startEffect({ branch: 'main', stale: true, runs: [inside, waiting, over] });
    expect(said[0]).toContain('newest commit of main');
    expect(said).toContain('aaaaaaaa is in prod-1 and goes on there.');
    expect(said.join(' ')).toContain('bbbbbbbb waits behind Build: the new execution takes its place');
    expect(said.join(' ')).not.toContain('cccccccc');
    expect(said.join(' ')).toContain('builds itself anew');
  });
});

describe('holding', () => {
  const run = execution('a', [stage('prod-1', 0, 'IN_PROGRESS', [action('DEPLOY', 'IN_PROGRESS')])]);
  const steps = courseOf(PLAN, [run], run);
  const hold = { kind: 'HOLD', service: 'payments', revision: 'c0ffee1234', expires: null, steps } as const;

  test('says who is kept out, of where, until when', () => {
    const [first, ...rest] = holdEffect({ ...hold, environments: ['two'] });
    expect(first).toBe(
      'No other revision of payments enters two, until somebody releases it. What is there stays.',
    );
    expect(rest[0]).toContain('waits before prod-2');
  });

  test('says that what has entered is not held', () => {
    expect(holdEffect({ ...hold, environments: ['one'] }).join(' ')).toContain('has entered prod-1 already');
  });

  test('says that a veto without an end stops', () => {
    const said = holdEffect({ ...hold, kind: 'VETO', service: null, environments: ['two'] });
    expect(said[0]).toMatch(/^c0ffee12 of any service may not enter two/);
    expect(said[1]).toContain('is stopped before prod-2');
  });

  test('of nothing asks for something', () => {
    expect(holdEffect({ ...hold, environments: [] })).toEqual(['Choose at least one environment.']);
  });
});

test('an override says what it takes, what it leaves, and what is decided then', () => {
  const blocker = {
    kind: 'WINDOW',
    sentence: 'the window is shut',
    subject: 'w',
    since: null,
    clearsAt: null,
    override: null,
  } as const;
  expect(overrideSaid({ taken: [blocker], left: [{ ...blocker, kind: 'ALARM' }], decision: 'WAIT' })).toEqual(
    ['It takes Window: The window is shut.', 'It leaves Alarm: The window is shut.', 'Then: It waits.'],
  );
  expect(overrideSaid({ taken: [], left: [], decision: null })).toEqual([
    'Nothing that holds it back now would lose its force.',
  ]);
});

function hold(service: string | null, environment: string) {
  return { service: service && { name: service }, environment: { name: environment } } as never;
}

test('what people have said of others, or of elsewhere, is not shown', () => {
  const holds = [hold('payments', 'one'), hold(null, 'one'), hold('orders', 'one'), hold(null, 'elsewhere')];
  const overrides = [
    { service: null, environment: null, wave: { name: 'prod-1' } },
    { service: { name: 'orders' }, environment: null },
  ];
  const service = { name: 'payments', environments: { nodes: [{ name: 'one' }] } };
  const found = standingOf({ holds: { nodes: holds }, overrides: { nodes: overrides as never[] } }, service);
  expect([found.holds.length, found.overrides.length]).toEqual([2, 1]);
});
