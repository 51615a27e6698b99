import { expect, it } from 'vitest';

import { Keys } from './key';

it('the same question has the same key, and another question another', () => {
  const keys = new Keys();
  expect(keys.of({ a: 1 })).toBe(keys.of({ a: 1 }));
  expect(keys.of({ a: 2 })).not.toBe(keys.of({ a: 1 }));
  expect(keys.of({ a: 1 })).toMatch(/^[0-9a-f]{32}$/);
});
