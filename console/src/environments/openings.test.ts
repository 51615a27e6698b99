import { expect, test } from 'vitest';

import type { Window } from './about';
import { holidaysOf, openingOf } from './openings';

function window(cron: string, changes: Partial<Window> = {}): Window {
  return {
    name: 'w',
    cron,
    minutes: 120,
    timeZone: null,
    services: [],
    stage: null,
    wave: null,
    team: null,
    calendars: { nodes: [] },
    ...changes,
  };
}

function opens(cron: string, zone: string, now: string, changes: Partial<Window> = {}): string {
  const { open, at } = openingOf(window(cron, changes), zone, Date.parse(now))!;
  if (open) return 'open';
  return `opens ${at === undefined ? 'never' : new Date(at).toISOString().slice(0, 16)}`;
}

test('it opens by the clocks of the Region', () => {
  expect(opens('0 9 * * *', 'Asia/Tokyo', '2027-01-27T18:00:00Z')).toBe('opens 2027-01-28T00:00');
  expect(opens('0 9 * * *', 'America/New_York', '2027-01-27T18:00:00Z')).toBe('opens 2027-01-28T14:00');
});

test('its own zone stands above that of the Region', () => {
  expect(opens('0 9 * * *', 'Asia/Tokyo', '2027-01-27T18:00:00Z', { timeZone: 'UTC' })).toBe(
    'opens 2027-01-28T09:00',
  );
});

test('it stays open for its minutes', () => {
  expect(opens('0 9 * * *', 'UTC', '2027-01-27T10:59:00Z')).toBe('open');
  expect(opens('0 9 * * *', 'UTC', '2027-01-27T11:00:00Z')).toBe('opens 2027-01-28T09:00');
});

test('weekdays may be named, in ranges and steps', () => {
  expect(opens('0 9-16 * * MON-THU', 'UTC', '2027-01-29T08:00:00Z')).toBe('opens 2027-02-01T09:00'); // a Friday
  expect(opens('*/30 8 1,15 * ?', 'UTC', '2027-01-29T08:00:00Z')).toBe('opens 2027-02-01T08:00');
  expect(opens('0 9 * * 7', 'UTC', '2027-01-29T08:00:00Z')).toBe('opens 2027-01-31T09:00');
});

test('where both days are restricted, one that fits either counts', () => {
  expect(opens('0 9 15 * MON', 'UTC', '2027-02-09T10:00:00Z')).toBe('opens 2027-02-15T09:00');
  expect(opens('0 9 11 * MON', 'UTC', '2027-02-09T10:00:00Z')).toBe('opens 2027-02-11T09:00');
});

test('a date of a calendar closes it, also what was open at its midnight', () => {
  const calendars = { nodes: [{ name: 'ours', country: null, dates: { '2027-01-28': 'party' } }] };
  expect(opens('0 9 * * *', 'UTC', '2027-01-27T12:00:00Z', { calendars })).toBe('opens 2027-01-29T09:00');
  const late = opens('0 23 * * *', 'UTC', '2027-01-28T00:30:00Z', { calendars });
  expect(late).toBe('opens 2027-01-29T23:00');
});

test('where public holidays close it too, nothing is said that may be false', () => {
  const german = window('0 9 * * *', { calendars: { nodes: [{ name: 'de', country: 'DE', dates: {} }] } });
  expect(openingOf(german, 'UTC', 0)).toBeUndefined();
  expect(holidaysOf(german)).toEqual(['DE']);
});

test('the clocks going forward do not lose an opening', () => {
  expect(opens('30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z')).toBe('opens 2027-03-28T01:00');
});

test('what never opens says so', () => {
  expect(opens('0 9 30 2 ?', 'UTC', '2027-03-01T00:00:00Z')).toBe('opens never');
});
