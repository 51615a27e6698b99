import { expect, test } from 'vitest';

import type { LoggedEvent } from '../graph/live';
import { touchesAny } from './touching';

const event = (type: string, service?: string) => ({ type, payload: { service } }) as unknown as LoggedEvent;

test('what moves a service that was found, or may hold anything back, is looked at', () => {
  const touches = touchesAny(['payments']);
  expect(touches(event('deployment.changed', 'payments'))).toBe(true);
  expect(touches(event('deployment.changed', 'orders'))).toBe(false);
  expect(touches(event('configuration.changed'))).toBe(true);
  expect(touches(event('override.granted', 'orders'))).toBe(true);
});

test('while nothing is found, a commit that comes may be it', () => {
  expect(touchesAny([])(event('execution.changed', 'orders'))).toBe(true);
  expect(touchesAny([])(event('stage.changed', 'orders'))).toBe(false);
});
