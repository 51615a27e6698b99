import { expect, test } from 'vitest';

import { moveOf } from './keys';
import type { Row } from './tree';

function row(id: string, level: number, children = 0, open = false): Row {
  const span = {
    id,
    parentId: undefined,
    name: id,
    from: 0,
    to: 1,
    state: 'succeeded' as const,
    message: undefined,
    attributes: {},
  };
  return { span, level, place: 1, siblings: 1, children, open };
}

const ROWS = [row('run', 1, 2, true), row('alpha', 2, 3), row('prod', 2, 1, true), row('deploy', 3)];
const press = (key: string, active: string, shiftKey = false) => moveOf({ key, shiftKey }, ROWS, active);

test('arrows go from row to row and stop at the ends', () => {
  expect(press('ArrowDown', 'run')).toEqual({ to: 'row', id: 'alpha' });
  expect(press('ArrowUp', 'run')).toEqual({ to: 'row', id: 'run' });
  expect(press('PageDown', 'alpha')).toEqual({ to: 'row', id: 'deploy' });
  expect(press('Home', 'deploy')).toEqual({ to: 'row', id: 'run' });
  expect(press('End', 'run')).toEqual({ to: 'row', id: 'deploy' });
});

test('right opens, then goes in; left closes, then goes out', () => {
  expect(press('ArrowRight', 'alpha')).toEqual({ to: 'open', id: 'alpha' });
  expect(press('ArrowRight', 'prod')).toEqual({ to: 'row', id: 'deploy' });
  expect(press('ArrowRight', 'deploy')).toBeUndefined();
  expect(press('ArrowLeft', 'prod')).toEqual({ to: 'close', id: 'prod' });
  expect(press('ArrowLeft', 'deploy')).toEqual({ to: 'row', id: 'prod' });
  expect(press('ArrowLeft', 'alpha')).toEqual({ to: 'row', id: 'run' });
});

test('the time axis has keys too', () => {
  expect(press('+', 'prod')).toEqual({ to: 'zoom', factor: 0.5 });
  expect(press('-', 'prod')).toEqual({ to: 'zoom', factor: 2 });
  expect(press('f', 'prod')).toEqual({ to: 'fit', id: 'prod' });
  expect(press('0', 'prod')).toEqual({ to: 'whole' });
  expect(press('ArrowLeft', 'prod', true)).toEqual({ to: 'pan', share: -0.25 });
});

test('other keys are the page’s, and an empty trace has none', () => {
  expect(press('a', 'run')).toBeUndefined();
  expect(moveOf({ key: 'ArrowDown' }, [], undefined)).toBeUndefined();
});

test('a row that is no longer there counts as the first', () => {
  expect(press('ArrowDown', 'gone')).toEqual({ to: 'row', id: 'alpha' });
});
