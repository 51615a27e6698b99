import { expect, test } from 'vitest';

import { scopeOf } from './scope';

const STEPS = [{ environments: [{ name: 'prod-1-a' }], wave: 'prod-1' }] as unknown as Parameters<
  typeof scopeOf
>[2];
const FORM = { kinds: [], environment: 'prod-1-a', whole: true };

test('an override is for the wave, or for the environment', () => {
  expect(scopeOf(FORM, 'payments', STEPS)).toEqual({ kinds: [], service: 'payments', wave: 'prod-1' });
  expect(scopeOf({ ...FORM, whole: false }, 'payments', STEPS)).toEqual({
    kinds: [],
    service: 'payments',
    environment: 'prod-1-a',
  });
});

test('where no wave is known it is for the environment, and never for everywhere', () => {
  expect(scopeOf(FORM, 'payments', [])).toEqual({ kinds: [], service: 'payments', environment: 'prod-1-a' });
});
