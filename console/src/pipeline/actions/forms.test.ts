import { describe, expect, test } from 'vitest';

import { endOf, holdName, holdNames, revisionTrouble } from './forms';

const HOLD = { kind: 'HOLD', service: 'payments', environment: 'prod-eu-west-1', revision: null } as const;

describe('the name of a hold', () => {
  test('says what it does, to what, and where', () => {
    expect(holdName(HOLD, new Set())).toBe('hold-payments-prod-eu-west-1');
    expect(holdName({ ...HOLD, kind: 'PIN', revision: 'ABCDEF0123456' }, new Set())).toBe(
      'pin-payments-prod-eu-west-1-abcdef01',
    );
    expect(holdName({ ...HOLD, service: null }, new Set())).toBe('hold-prod-eu-west-1');
  });

  test('is another one where it is taken', () => {
    expect(holdName(HOLD, new Set(['hold-payments-prod-eu-west-1']))).toBe('hold-payments-prod-eu-west-1-2');
    expect(new Set(holdNames([HOLD, HOLD, HOLD], new Set())).size).toBe(3);
  });

  test.each([
    [{ ...HOLD, service: 'a-service-with-a-very-long-name-indeed-it-is-long' }],
    [{ ...HOLD, service: 'Über_Service', environment: '--odd--' }],
    [{ ...HOLD, kind: 'VETO' as const, environment: 'x'.repeat(80), revision: 'f'.repeat(40) }],
  ])('is one that may be registered: %j', (hold) => {
    for (const name of holdNames([hold, hold], new Set())) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(name.length).toBeLessThanOrEqual(50);
    }
  });
});

test('a commit has at least seven hexadecimal digits, and forty at most', () => {
  expect(revisionTrouble('c0ffee1')).toBeNull();
  expect(revisionTrouble(' C0FFEE12 ')).toBeNull();
  expect(revisionTrouble('c0ffee')).not.toBeNull();
  expect(revisionTrouble('latest')).not.toBeNull();
  expect(revisionTrouble('f'.repeat(41))).not.toBeNull();
});

test('a span ends that long after now, by the service’s clock', () => {
  expect(endOf('4', Date.parse('2027-01-27T12:00:00Z'))).toBe('2027-01-27T16:00:00.000Z');
  expect(endOf('', 0)).toBeNull();
});
