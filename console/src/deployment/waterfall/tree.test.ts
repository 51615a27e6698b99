import { expect, test } from 'vitest';

import { ancestorsOf, openAtFirst, rowsOf, type Spanned, treeOf } from './tree';

function span(id: string, parentId: string | undefined, from = 0, more: Partial<Spanned> = {}): Spanned {
  return {
    id,
    parentId,
    name: id,
    from,
    to: from + 1,
    state: 'succeeded',
    message: undefined,
    attributes: {},
    ...more,
  };
}

const TREE = treeOf([
  span('run', undefined),
  span('late', 'run', 9),
  span('early', 'run', 1),
  span('in', 'early', 2),
]);
const all = () => true;

test('siblings are in the order of their starts, and each row says where it is in the tree', () => {
  const rows = rowsOf(TREE, all);
  expect(
    rows.map(({ span: { id }, level, place, siblings, children, open }) => [
      id,
      level,
      place,
      siblings,
      children,
      open,
    ]),
  ).toEqual([
    ['run', 1, 1, 1, 2, true],
    ['early', 2, 1, 2, 1, true],
    ['in', 3, 1, 1, 0, false],
    ['late', 2, 2, 2, 0, false],
  ]);
});

test('what is below a closed span has no row', () => {
  expect(rowsOf(TREE, (id) => id === 'run').map(({ span: { id } }) => id)).toEqual(['run', 'early', 'late']);
  expect(rowsOf(TREE, () => false).map(({ span: { id } }) => id)).toEqual(['run']);
});

test('a span without its parent is shown as a root', () => {
  expect(rowsOf(treeOf([span('lost', 'unknown'), span('run', undefined)]), all)).toHaveLength(2);
});

test('spans that are each below the other are shown, and end', () => {
  const tree = treeOf([span('a', 'b'), span('b', 'a')]);
  expect(rowsOf(tree, all).map(({ span: { id } }) => id)).toEqual(['a', 'b']);
  expect(ancestorsOf(tree, 'a')).toEqual(['b', 'a']);
});

test('a trace that is very deep has all its rows', () => {
  const deep = Array.from({ length: 5_000 }, (_, index) =>
    span(`${index}`, index === 0 ? undefined : `${index - 1}`),
  );
  expect(rowsOf(treeOf(deep), all)).toHaveLength(5_000);
});

test('a large trace is opened along the way to what was asked for, and to what failed', () => {
  const others = Array.from({ length: 60 }, (_, index) => span(`other${index}`, 'alpha'));
  const spans = [
    span('run', undefined),
    span('alpha', 'run'),
    ...others,
    span('prod', 'run'),
    span('wanted', 'prod'),
    span('beta', 'run'),
    span('bad', 'beta', 0, { state: 'failed' }),
  ];
  const open = openAtFirst(treeOf(spans), ({ id }) => id === 'wanted');
  expect(open).toEqual(new Set(['run', 'prod', 'wanted', 'beta']));
});
