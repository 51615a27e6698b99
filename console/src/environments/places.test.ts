import { expect, test } from 'vitest';

import type { PlaceFragment } from './EnvironmentsView.generated';
import { choiceOf, chosen, countSentence, grouped, optionsOf } from './places';
import { place } from './places.fixture';
import { standingsOf } from './standing';

const TOKYO = { name: 'ap-northeast-1', description: 'Asia Pacific (Tokyo)', timeZone: 'Asia/Tokyo' };
const PLACES = [
  place('prod-tokyo', { region: TOKYO }),
  place('prod-dublin'),
  place('alpha-dublin', { team: { name: 'shop' } }),
];
const choice = (search: string) => choiceOf(new URLSearchParams(search));
const names = (places: readonly PlaceFragment[]) => places.map(({ name }) => name);

function titles(by: 'stage' | 'account' | 'region'): string[] {
  return grouped(PLACES, by, new Map()).map(({ title }) => title);
}

test('without a choice everything is shown', () => {
  expect(chosen(PLACES, choice(''))).toHaveLength(3);
});

test('filters leave what meets all of them', () => {
  expect(names(chosen(PLACES, choice('stage=prod&region=eu-west-1')))).toEqual(['prod-dublin']);
  expect(names(chosen(PLACES, choice('account=111111111111')))).toEqual(['alpha-dublin']);
  expect(names(chosen(PLACES, choice('team=shop')))).toEqual(['alpha-dublin']);
  expect(names(chosen(PLACES, choice('text=TOKYO ')))).toEqual(['prod-tokyo']);
});

test('a grouping that there is not is the first', () => {
  expect(choice('group=galaxy').group).toBe('stage');
});

test('stages are in their order, and the others by name', () => {
  expect(titles('stage')).toEqual(['alpha', 'prod']);
  expect(titles('account')).toEqual(['acme-alpha', 'acme-prod']);
  expect(titles('region')).toEqual(['ap-northeast-1', 'eu-west-1']);
});

test('a group stands as its places together', () => {
  const standings = standingsOf([
    { service: 'payments', environment: 'prod-dublin', status: 'SUCCEEDED' },
    { service: 'payments', environment: 'prod-tokyo', status: 'FAILED' },
  ]);
  const prod = grouped(PLACES, 'stage', standings)[1];
  expect(prod?.standing).toMatchObject({ state: 'FAILED', placed: 2 });
  expect(names(prod?.places ?? [])).toEqual(['prod-dublin', 'prod-tokyo']);
});

test('a filter offers each value once', () => {
  const options = optionsOf(PLACES, ({ wave }) => ({ value: wave.stage.name }));
  expect(options).toEqual([{ value: 'alpha' }, { value: 'prod' }]);
});

test('what is hidden is said', () => {
  expect(countSentence(3, 16)).toBe('3 of 16 environments');
  expect(countSentence(16, 16)).toBe('16 environments');
  expect(countSentence(1, 1)).toBe('1 environment');
});
