import { expect, test } from 'vitest';

import { kindOf, seconds, shadowVerdict } from './words';

test.each([
  [0.8, '800 ms'],
  [45.9, '45 s'],
  [11_520, '3 h 12 min'],
  [null, '–'],
])('%s seconds are %s', (value, text) => {
  expect(seconds(value)).toBe(text);
});

test.each([
  [{ runs: 0, wouldHaveBlocked: 0, flakeRate: null }, 'It has not run in shadow yet.'],
  [
    { runs: 1, wouldHaveBlocked: 0, flakeRate: null },
    'It would have held nothing back, in 1 outcome; it has looked at no revision twice.',
  ],
  [
    { runs: 84, wouldHaveBlocked: 3, flakeRate: 0.04 },
    'It would have held 3 waves back, in 84 outcomes; it contradicted itself on 4 % of what it looked at several times.',
  ],
  [
    { runs: 9, wouldHaveBlocked: 1, flakeRate: 0 },
    'It would have held 1 wave back, in 9 outcomes; it has never contradicted itself.',
  ],
])('the verdict of %j', (shadow, text) => {
  expect(shadowVerdict(shadow)).toBe(text);
});

test('a kind that this page does not know is shown as it is spelt', () => {
  expect(kindOf('LAMBDA')).toBe('Lambda function');
  expect(kindOf('NEW')).toBe('NEW');
});
