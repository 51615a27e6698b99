import { expect, test } from 'vitest';

import { type GraphSpan, spannedOf } from './spans';

function span(more: Partial<GraphSpan>): GraphSpan {
  return {
    spanId: 'a',
    parentId: null,
    name: 'Deploy',
    startedAt: '2026-11-30T03:00:00Z',
    endedAt: '2026-11-30T03:01:00Z',
    status: 'UNSET',
    statusMessage: null,
    attributes: {},
    links: [],
    ...more,
  };
}

test.each([
  [{ attributes: { 'cicd.pipeline.task.run.result': 'success' } }, 'succeeded'],
  [{ attributes: { 'interlock.deployment.result': 'cancellation' } }, 'cancelled'],
  [{ status: 'ERROR' as const }, 'failed'],
  [{ status: 'ERROR' as const, attributes: { 'interlock.check.mode': 'SHADOW' } }, 'warned'],
  [{ attributes: { 'interlock.check_run.status': 'INCONCLUSIVE' } }, 'warned'],
  [{ endedAt: null }, 'running'],
  [{ attributes: { 'interlock.wait.stage_execution.name': 'prod-1' } }, 'waiting'],
])('%j is %s', (more, state) => {
  expect(spannedOf(span(more)).state).toBe(state);
});

test('times are milliseconds, and what goes on has no end', () => {
  const { from, to } = spannedOf(span({ endedAt: null }));
  expect(from).toBe(Date.UTC(2026, 10, 30, 3));
  expect(to).toBeUndefined();
});
