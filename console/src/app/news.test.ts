import { expect, test } from 'vitest';

import type { LoggedEvent } from '../graph/live';
import { newsOf } from './news';

const event = (type: string, payload: Record<string, unknown>): LoggedEvent => ({
  cursor: '1',
  type,
  time: '2026-11-30T09:00:00Z',
  actor: 'aws',
  subjectType: 'Pipeline',
  subjectId: 'p',
  payload,
});

test('a broken pipeline is told with its cause, and leads to the pipeline', () => {
  expect(newsOf(event('pipeline.broken', { service: 'payments', wave: 'prod-1', cause: 'a queue' }))).toEqual(
    {
      title: 'payments is broken',
      body: 'prod-1: a queue',
      href: '/pipelines/payments',
    },
  );
});

test('most events are no news, and news of nobody are none', () => {
  expect(newsOf(event('action.changed', { service: 'payments' }))).toBeUndefined();
  expect(newsOf(event('pipeline.broken', {}))).toBeUndefined();
});
