import { expect, test } from 'vitest';

import { extentOf, fit, momentAt, offset, pan, placeOf, ticksOf, zoom } from './scale';

const WHOLE = { from: 1_000, to: 2_000 };

test('the whole is from the first start to the last end; what goes on ends now', () => {
  expect(
    extentOf(
      [
        { from: 5, to: 500 },
        { from: 9, to: undefined },
      ],
      900,
    ),
  ).toEqual({ from: 5, to: 900 });
  expect(extentOf([{ from: 5, to: 5 }], 900)).toEqual({ from: 5, to: 15 });
  expect(extentOf([], 100_000)).toEqual({ from: 40_000, to: 100_000 });
});

test('it begins at the commit, unless that was long before', () => {
  expect(extentOf([{ from: 1_000, to: 2_000 }], 0, 500).from).toBe(500);
  expect(extentOf([{ from: 1_000, to: 2_000 }], 0, -500).from).toBe(1_000);
  expect(extentOf([{ from: 1_000, to: 2_000 }], 0, 1_500).from).toBe(1_000);
});

test('the moment around which it is zoomed stays where it is', () => {
  const view = zoom(WHOLE, WHOLE, 0.5, 1_400);
  expect(view.to - view.from).toBe(500);
  expect(placeOf(1_400, view, 100)).toBeCloseTo(40);
});

test('the view never leaves the whole, nor becomes a point', () => {
  expect(zoom({ from: 1_000, to: 1_400 }, WHOLE, 100, 1_100)).toEqual(WHOLE);
  expect(pan({ from: 1_000, to: 1_400 }, WHOLE, -5)).toEqual({ from: 1_000, to: 1_400 });
  expect(pan({ from: 1_000, to: 1_400 }, WHOLE, 5)).toEqual({ from: 1_600, to: 2_000 });
  const closest = zoom(WHOLE, WHOLE, 1e-9, 1_500);
  expect(closest.to - closest.from).toBe(10);
});

test('a part fills the view, with room around it', () => {
  const view = fit({ from: 1_400, to: 1_500 }, WHOLE);
  expect(view).toEqual({ from: 1_392, to: 1_508 });
  expect(fit({ from: 1_000, to: 2_000 }, WHOLE)).toEqual(WHOLE);
});

test('a place and a moment are each other', () => {
  expect(momentAt(placeOf(1_234, WHOLE, 640), WHOLE, 640)).toBeCloseTo(1_234);
});

test('ticks are round times since the beginning, with room for their labels', () => {
  const hour = 3_600_000;
  const ticks = ticksOf({ from: 100, to: 100 + 6 * hour }, 100, 640);
  expect(ticks.map(({ label }) => label)).toEqual(['0', '1 h', '2 h', '3 h', '4 h', '5 h', '6 h']);
  expect(ticksOf({ from: 0, to: 1000 * 364 * 24 * hour }, 0, 640).length).toBeLessThanOrEqual(8);
  expect(ticksOf({ from: 50, to: 60 }, 0, 90)).toHaveLength(2);
});

test.each([
  [0, '0'],
  [350, '350 ms'],
  [12_500, '12.5 s'],
  [750_000, '12 min 30 s'],
  [183_600_000, '2 d 3 h'],
  [-60_000, '-1 min'],
])('%d ms are %s', (milliseconds, text) => {
  expect(offset(milliseconds)).toBe(text);
});
