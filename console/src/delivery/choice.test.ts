import { expect, test } from 'vitest';

import { changed } from '../parts/url';
import { choiceOf, CLOSING, filterOf, flagsOf, intervalOf, openedOf, opening, windowOf } from './choice';
import { MEASURES } from './measures';

const NOW = Date.parse('2027-01-27T18:00:52Z');
const choice = (search: string) => choiceOf(new URLSearchParams(search));

test('without a word it is the last 30 days of production, by day', () => {
  expect(choice('')).toMatchObject({ days: 30, productionOnly: true, by: 'DAY', measure: 'changeLeadTime' });
  expect(windowOf(choice(''), NOW)).toEqual({ from: '2026-12-29T00:00:00Z', to: null });
});

test.each([
  'days=1000',
  'days=all',
  'since=yesterday',
  'since=2027-13-45',
  'by=hour',
  'measure=mttr',
  'tab=x',
])('%s is as if nothing was said', (search) => expect(choice(search)).toEqual(choice('')));

test('a window of dates has all of its last day', () => {
  const dates = choice('since=2027-01-01&until=2027-01-10');
  expect(windowOf(dates, NOW)).toEqual({ from: '2027-01-01T00:00:00Z', to: '2027-01-11T00:00:00Z' });
});

test('a window never ends after now, and is never longer than a year', () => {
  expect(windowOf(choice('until=2027-02-10'), NOW).to).toBeNull();
  expect(windowOf(choice('since=2020-01-01'), NOW).from).toBe('2026-01-27T00:00:00Z');
});

test('dates in the wrong order are not taken', () => {
  expect(choice('since=2027-01-10&until=2027-01-01')).toMatchObject({ since: null, until: null });
});

test('a long window is by week, as a series has 92 days at most', () => {
  const long = choice('days=180');
  expect(intervalOf(long, windowOf(long, NOW), NOW)).toBe('WEEK');
  expect(intervalOf(choice(''), windowOf(choice(''), NOW), NOW)).toBe('DAY');
});

test('a stage says by itself whether it is production', () => {
  expect(filterOf(choice('stage=beta'))).toMatchObject({ stage: 'beta', productionOnly: false });
  expect(filterOf(choice('services=payments,orders'))).toMatchObject({
    services: ['payments', 'orders'],
    productionOnly: true,
  });
  expect(filterOf(choice('production=off')).productionOnly).toBe(false);
});

test('what is opened behind a number is in the address, and read again from it', () => {
  const opened = {
    measure: 'changeLeadTime' as const,
    behind: 'deliveries' as const,
    atLeastSeconds: 900,
    belowSeconds: 3_600,
    from: null,
    to: null,
  };
  const address = changed(new URLSearchParams('team=shop'), opening(opened));
  expect(openedOf(address)).toEqual(opened);
  expect(address.get('team')).toBe('shop');
  expect(openedOf(changed(address, CLOSING))).toBeUndefined();
});

test('a bound that is no number is none', () => {
  expect(openedOf(new URLSearchParams('open=deliveries&atLeast=few&below=-1'))).toMatchObject({
    atLeastSeconds: null,
    belowSeconds: null,
  });
});

test('one list is asked for, whatever is opened', () => {
  for (const measure of MEASURES) {
    for (const behind of ['deliveries', 'unknown', 'sample'] as const) {
      expect(Object.values(flagsOf({ measure, behind })).filter(Boolean)).toHaveLength(1);
    }
  }
});
