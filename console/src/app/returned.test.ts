import { expect, test } from 'vitest';

import { loginAddress, returned, saidOf } from './returned';

const place = (address: string) => {
  const { pathname, search, hash } = new URL(address, 'https://interlock.example.com');
  return { pathname, search, hash };
};

test('who signs in comes back to the view that they wanted', () => {
  expect(loginAddress('/login', place('/pipelines/payments?step=prod-1'))).toBe(
    '/login?next=%2Fpipelines%2Fpayments%3Fstep%3Dprod-1',
  );
  expect(loginAddress('/login', place('/#sign-in=denied&next=%2Fchecks%3Fflaky%3D1'))).toBe(
    '/login?next=%2Fchecks%3Fflaky%3D1',
  );
});

test('an address that leads to another site is not followed', () => {
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
  ]) {
    expect(returned(`#sign-in=stale&next=${encodeURIComponent(next)}`)?.next).toBeUndefined();
  }
});

test('each word of the service has its sentence, and a made-up one has none', () => {
  for (const why of ['denied', 'stale', 'refused', 'away'] as const) {
    expect(returned(`#sign-in=${why}&next=%2F`)).toEqual({ why, next: '/' });
    expect(saidOf(why).sentence).toMatch(/\.$/);
  }
  expect(returned('#sign-in=hello')).toEqual({ why: undefined, next: undefined });
  expect(returned('#sign-in=toString')?.why).toBeUndefined();
  expect(returned('#docs')).toBeUndefined();
});
