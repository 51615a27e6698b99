import { describe, expect, test } from 'vitest';

import { mayBeOverridden, mergedBlockers, OVERRIDABLE, type Why } from './blockers';
import { at } from './examples';
import type { BlockerLineFragment } from './why.generated';

function blocker(rest: Partial<BlockerLineFragment>): BlockerLineFragment {
  return {
    kind: 'WINDOW',
    sentence: 'the window opens',
    subject: 'w',
    since: null,
    clearsAt: null,
    override: null,
    ...rest,
  };
}

function why(environment: string, blockers: BlockerLineFragment[]): Why {
  return {
    service: 'payments',
    environment,
    stage: 'prod',
    wave: 'prod-1',
    sentence: '',
    progress: 'WAITING',
    revision: null,
    executionId: null,
    decision: 'WAIT',
    reasons: [],
    blockers,
    clearsAt: null,
    askedAt: null,
    deployed: null,
    at: at(0),
  };
}

describe('what holds a wave back', () => {
  test('is each thing once, with all environments that it holds', () => {
    const merged = mergedBlockers([
      why('one', [blocker({})]),
      why('two', [blocker({}), blocker({ kind: 'ALARM' })]),
    ]);
    expect(merged.map(({ kind, environments }) => [kind, environments])).toEqual([
      ['WINDOW', ['one', 'two']],
      ['ALARM', ['two']],
    ]);
  });

  test('begins with the earliest and ends with the latest', () => {
    const [merged] = mergedBlockers([
      why('one', [blocker({ since: at(5), clearsAt: at(50) })]),
      why('two', [blocker({ since: at(1), clearsAt: at(90) })]),
    ]);
    expect(merged).toMatchObject({ since: at(1), clearsAt: at(90) });
  });

  test('ends nobody knows when, as soon as one of them does', () => {
    const [merged] = mergedBlockers([why('one', [blocker({ clearsAt: at(50) })]), why('two', [blocker({})])]);
    expect(merged!.clearsAt).toBeNull();
  });

  test('is another thing where an override takes its force', () => {
    expect(mergedBlockers([why('one', [blocker({}), blocker({ override: 'override-1' })])])).toHaveLength(2);
  });
});

test('nobody may let pass what is in flight, what was superseded, and what an override covers already', () => {
  expect(OVERRIDABLE).not.toContain('IN_FLIGHT');
  expect(OVERRIDABLE).not.toContain('SUPERSEDED');
  expect(OVERRIDABLE).toHaveLength(10);
  expect(mayBeOverridden(blocker({ kind: 'IN_FLIGHT' }))).toBe(false);
  expect(mayBeOverridden(blocker({ override: 'override-1' }))).toBe(false);
  expect(mayBeOverridden(blocker({}))).toBe(true);
});
