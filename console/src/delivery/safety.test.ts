import { expect, test } from 'vitest';

import {
  endOf,
  inForce,
  inOrder,
  isWaived,
  percentOf,
  type Point,
  ruleName,
  scopeOf,
  type Waiver,
} from './safety';

const NOW = Date.parse('2027-01-10T00:00:00Z');

function point(rule: Point['rule'], changes: Partial<Point> = {}): Point {
  return {
    rule,
    sentence: 'It asks.',
    source: 'AWS',
    met: false,
    points: 0,
    of: 3,
    kept: true,
    missing: 'it is missing',
    remedy: 'mend it',
    waiver: null,
    ...changes,
  };
}

const WAIVER = {
  name: 'waiver-1',
  reason: 'r',
  grantedBy: 'ada',
  expiresAt: '2027-02-01T00:00:00Z',
  expired: false,
};

test('what is missing comes first, the heaviest above', () => {
  const points = [
    point('WINDOWS', { met: true }),
    point('ONE_BOX', { waiver: WAIVER }),
    point('DATA_POINTS'),
    point('ROLLBACK', { of: 7 }),
  ];
  expect(inOrder(points).map(({ rule }) => rule)).toEqual(['ROLLBACK', 'DATA_POINTS', 'ONE_BOX', 'WINDOWS']);
});

test('a waiver that has expired allows nothing', () => {
  expect(isWaived(point('ONE_BOX', { waiver: WAIVER }))).toBe(true);
  expect(isWaived(point('ONE_BOX', { waiver: { ...WAIVER, expired: true } }))).toBe(false);
  expect(isWaived(point('ONE_BOX'))).toBe(false);
});

test('a score is a share of what has something to say', () => {
  expect(percentOf({ score: 60, of: 94, waived: 0 })).toBe(63);
  expect(percentOf({ score: 0, of: 0, waived: 0 })).toBe(100);
});

test('rules have names for people', () => {
  expect(ruleName('FIRST_WAVE_BAKE')).toBe('First wave bake');
});

function waiver(name: string, expiresAt: string): Waiver {
  return {
    name,
    rule: 'ONE_BOX',
    reason: 'r',
    grantedBy: 'ada',
    waitsForSecondPerson: false,
    confirmedBy: null,
    grantedAt: '2027-01-01T00:00:00Z',
    expiresAt,
    service: null,
    stage: { name: 'prod' },
    wave: null,
  };
}

test('waivers in force are told, the next to end first', () => {
  const waivers = [
    waiver('late', '2027-03-01T00:00:00Z'),
    waiver('soon', '2027-01-11T00:00:00Z'),
    waiver('over', '2027-01-09T00:00:00Z'),
  ];
  expect(inForce(waivers, NOW).map(({ name }) => name)).toEqual(['soon', 'late']);
  expect(scopeOf(waivers[0]!)).toBe('all that pass stage prod');
});

test.each(['', '0', '91', '2.5', 'soon'])('a waiver of "%s" days is not granted', (typed) => {
  expect(endOf(typed, NOW).error).toContain('1 to 90');
});

test('a waiver ends so many days from now', () => {
  expect(endOf(' 14 ', NOW).expiresAt).toBe('2027-01-24T00:00:00.000Z');
});
