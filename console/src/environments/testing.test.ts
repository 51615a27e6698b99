import { expect, test } from 'vitest';

import { refusedAt, refusedElsewhere } from '../graph/refusals';
import { place } from './places.fixture';
import {
  daysOf,
  deletionOf,
  effectOf,
  extensionsLeft,
  inputOf,
  NO_WISH,
  regionsFor,
  stagesFor,
  templateOf,
} from './testing';

const TOKYO = { name: 'ap-northeast-1', description: 'Asia Pacific (Tokyo)', timeZone: 'Asia/Tokyo' };
const SHARED = [place('prod-dublin'), place('alpha-b', { region: TOKYO }), place('alpha-a')];
const LIMITS = {
  testEnvironmentDays: 7,
  testEnvironmentExtensions: 2,
  testEnvironmentsPerOwner: 3,
  testEnvironmentsPerTeam: 10,
};

test('only stages outside production are offered, and the Regions that they have', () => {
  expect(stagesFor(SHARED)).toEqual(['alpha']);
  expect(regionsFor(SHARED, 'alpha')).toEqual(['eu-west-1', 'ap-northeast-1']);
});

test('it is made after the first shared environment of the stage, or of it in the Region', () => {
  expect(templateOf(SHARED, { stage: 'alpha', region: '' })?.name).toBe('alpha-a');
  expect(templateOf(SHARED, { stage: 'alpha', region: 'ap-northeast-1' })?.name).toBe('alpha-b');
  expect(templateOf(SHARED, { stage: 'beta', region: '' })).toBeUndefined();
});

test.each(['0', '8', '1.5', 'a week', '-2'])('%s is not a number of days', (typed) => {
  expect(daysOf(typed, 7).error).toContain('from 1 to 7');
});

test('days that are not typed are left to the organisation', () => {
  expect(daysOf(' ', 7)).toEqual({ days: null });
  expect(daysOf('3', 7)).toEqual({ days: 3 });
});

test('what is not typed is not sent', () => {
  const input = inputOf({ ...NO_WISH, stage: 'alpha', owner: ' ada@example.com ', days: '3' });
  expect(input).toMatchObject({
    stage: 'alpha',
    owner: 'ada@example.com',
    days: 3,
    region: null,
    name: null,
  });
});

test('the effect says where it would be, and until when', () => {
  const { sentences, endsAt } = effectOf({ ...NO_WISH, stage: 'alpha', days: '2' }, SHARED, LIMITS, 0);
  expect(sentences[0]).toContain('acme-alpha (111111111111) and Region eu-west-1');
  expect(endsAt).toBe(2 * 86_400_000);
  expect(effectOf({ ...NO_WISH, stage: 'alpha' }, SHARED, LIMITS, 0).endsAt).toBe(7 * 86_400_000);
});

test('deleting names the account, the Region and the tag', () => {
  expect(deletionOf(place('test-ada-1'))[0]).toContain('interlock:environment=test-ada-1');
});

test('the end may be put off as often as the organisation allows', () => {
  expect(extensionsLeft(place('test-ada-1', { extensions: 1 }), LIMITS)).toBe(1);
  expect(extensionsLeft(place('test-ada-1', { extensions: 3 }), LIMITS)).toBe(0);
  expect(extensionsLeft(place('test-ada-1'), null)).toBeUndefined();
});

test('a refusal is shown at its field, and else beside the form', () => {
  const refusals = [
    { code: 'INVALID_VALUE', message: 'No such owner.', path: ['owner'], remedy: 'Name another.' },
    { code: 'QUOTA', message: 'Ada has three.', path: [], remedy: 'Delete one.' },
  ];
  expect(refusedAt(refusals, 'owner')).toBe('No such owner. Name another.');
  expect(refusedAt(refusals, 'name')).toBeUndefined();
  expect(refusedElsewhere(refusals, ['owner', 'name']).map(({ code }) => code)).toEqual(['QUOTA']);
});
