import { expect, test } from 'vitest';

import { declaration, firstDraft, titleProblem } from './drafts';

const DEPLOYMENT = {
  id: 'd',
  status: 'FAILED',
  startedAt: '2026-11-30T03:00:00Z',
  endedAt: null,
  service: { name: 'orders' },
};

test('a deployment that failed is taken for the cause, since it began', () => {
  const draft = { ...firstDraft(DEPLOYMENT), title: ' No orders ' };
  expect(declaration(draft, DEPLOYMENT)).toEqual({
    service: 'orders',
    title: 'No orders',
    severity: 'MAJOR',
    startedAt: '2026-11-30T03:00:00Z',
    note: null,
    causes: ['d'],
    fixes: [],
  });
});

test('now is when the service says that it is', () => {
  const draft = { ...firstDraft({ status: 'SUCCEEDED' }), role: 'FIX' as const };
  expect(declaration(draft, DEPLOYMENT)).toMatchObject({ startedAt: null, causes: [], fixes: ['d'] });
});

test('a title is one that says something, and is not too long', () => {
  expect(titleProblem('  ')).toMatch(/one line/);
  expect(titleProblem('x'.repeat(201))).toMatch(/201 characters/);
  expect(titleProblem('No orders')).toBeUndefined();
});
