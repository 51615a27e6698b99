import { expect, test } from 'vitest';

import { barOf, labelOf, visibleRows } from './bars';

const VIEW = { from: 0, to: 100 };

test('a bar is where its span is, and is cut at the edges', () => {
  expect(barOf({ from: 10, to: 20 }, VIEW, 1_000, 0)).toEqual({ x: 100, width: 100, outside: undefined });
  expect(barOf({ from: -50, to: 200 }, VIEW, 1_000, 0)).toEqual({ x: 0, width: 1_000, outside: undefined });
});

test('what goes on ends now', () => {
  expect(barOf({ from: 10, to: undefined }, VIEW, 100, 40).width).toBe(30);
});

test('the shortest span is still seen, also at the end of the view', () => {
  expect(barOf({ from: 50, to: 50 }, VIEW, 100, 0).width).toBe(3);
  expect(barOf({ from: 100, to: 100 }, VIEW, 100, 0)).toEqual({ x: 97, width: 3, outside: undefined });
});

test('what is not seen says on which side it lies', () => {
  expect(barOf({ from: -9, to: -1 }, VIEW, 100, 0).outside).toBe('before');
  expect(barOf({ from: 101, to: 130 }, VIEW, 100, 0).outside).toBe('after');
});

const bar = (x: number, width: number) => ({ x, width, outside: undefined });

test('the duration is behind the bar, before it, or in it', () => {
  expect(labelOf(bar(0, 10), 400, '3 min')).toEqual({ x: 16, anchor: 'start' });
  expect(labelOf(bar(380, 20), 400, '3 min')).toEqual({ x: 374, anchor: 'end' });
  expect(labelOf(bar(0, 400), 400, '3 min')).toEqual({ x: 394, anchor: 'end' });
});

test('only what is seen is drawn, whatever the number of rows', () => {
  expect(visibleRows(10_000, 28, 28_000, 560)).toEqual({ first: 994, end: 1_026 });
  expect(visibleRows(3, 28, 0, 560)).toEqual({ first: 0, end: 3 });
  expect(visibleRows(0, 28, 0, 560)).toEqual({ first: 0, end: 0 });
});
