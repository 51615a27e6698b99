import { describe, expect, it } from 'vitest';

import { exampleCell, exampleColumn, exampleRow } from './example';
import {
  cleared,
  columnsShown,
  countsOf,
  type Filters,
  filtersOf,
  isFiltered,
  rowsShown,
  searchOf,
} from './filters';

const COLUMNS = [exampleColumn('beta', 1, 'eu-west-1'), exampleColumn('prod', 1, 'us-east-1')];
const ROWS = [
  exampleRow('orders', [exampleCell('beta-eu-west-1'), exampleCell('prod-us-east-1', { status: 'FAILED' })]),
  exampleRow('payments', [exampleCell('beta-eu-west-1', { commitsBehind: 2 })], { team: null }),
];

function filters(search = ''): Filters {
  return filtersOf(new URLSearchParams(search));
}

function names(search: string): string[] {
  const chosen = filters(search);
  return rowsShown(ROWS, columnsShown(COLUMNS, chosen), chosen).map(({ service }) => service);
}

describe('an address', () => {
  it('says all that is chosen, and is read back', () => {
    const search = 'text=pay&team=a&team=b&stage=prod&status=FAILED&behind=true&failing=true&group=tier';
    expect(searchOf(filters(search)).toString()).toBe(search);
  });

  it('is empty when nothing is chosen', () => {
    expect(searchOf(filters()).toString()).toBe('');
    expect(isFiltered(filters('group=none'))).toBe(false);
  });

  it('with values that nobody can choose is read without them', () => {
    expect(filters('status=BROKEN&group=colour&team=&behind=perhaps')).toEqual(filters());
  });

  it('is cleared but for the grouping', () => {
    expect(searchOf(cleared(filters('text=pay&group=tier'))).toString()).toBe('group=tier');
  });
});

describe('rows that are shown', () => {
  it.each([
    ['', ['orders', 'payments']],
    ['text=PAY', ['payments']],
    ['text=acme/ord', ['orders']],
    ['text=2a736a', ['orders', 'payments']],
    ['text=nothing', []],
    ['team=No+team', ['payments']],
    ['stage=prod', ['orders']],
    ['failing=true', ['orders']],
    ['failing=true&stage=beta', []],
    ['behind=true', ['payments']],
    ['status=FAILED&status=SUCCEEDED', ['orders', 'payments']],
    ['region=us-east-1', ['orders']],
    ['account=222222222222', ['orders', 'payments']],
  ])('for %s', (search, expected) => {
    expect(names(search)).toEqual(expected);
  });
});

it('cells are counted in the columns that are shown', () => {
  expect(countsOf(ROWS, COLUMNS)).toEqual({ deploying: 0, failing: 1, waiting: 0, behind: 1 });
  expect(countsOf(ROWS, COLUMNS.slice(1))).toEqual({ deploying: 0, failing: 1, waiting: 0, behind: 0 });
});
