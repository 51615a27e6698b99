import { expect, test } from 'vitest';

import {
  consoleLinks,
  type Freeze,
  freezesAbout,
  scopeSentence,
  touchesEnvironment,
  touchesWhy,
  type Window,
  windowsAbout,
  windowSentence,
} from './about';
import { place } from './places.fixture';

const HERE = place('prod-dublin');
const SERVICES = [{ name: 'payments', team: { name: 'money' } }];
const NOW = Date.parse('2027-01-10T00:00:00Z');

function freeze(scope: Freeze['scope'], target: string | null, days: [string, string]): Freeze {
  return { name: `${scope} ${target}`, scope, target, startsAt: days[0], endsAt: days[1], reason: 'quiet' };
}

const DURING: [string, string] = ['2027-01-09T00:00:00Z', '2027-01-11T00:00:00Z'];
const BEFORE: [string, string] = ['2027-01-01T00:00:00Z', '2027-01-02T00:00:00Z'];
const AFTER: [string, string] = ['2027-02-01T00:00:00Z', '2027-02-02T00:00:00Z'];

test('a freeze is about a place by its stage, account, Region, or what runs there', () => {
  const about = [
    freeze('ORGANISATION', null, DURING),
    freeze('STAGE', 'prod', DURING),
    freeze('ACCOUNT', '222222222222', DURING),
    freeze('REGION', 'eu-west-1', DURING),
    freeze('TEAM', 'money', DURING),
    freeze('SERVICE', 'payments', DURING),
  ];
  const others = [freeze('STAGE', 'beta', DURING), freeze('SERVICE', 'orders', DURING)];
  expect(freezesAbout([...about, ...others], HERE, SERVICES, NOW)).toHaveLength(about.length);
});

test('a freeze that is over is not told, and one that comes is not in force', () => {
  const found = freezesAbout(
    [freeze('STAGE', 'prod', BEFORE), freeze('STAGE', 'prod', AFTER)],
    HERE,
    SERVICES,
    NOW,
  );
  expect(found).toMatchObject([{ startsAt: AFTER[0], inForce: false }]);
});

function opening(changes: Partial<Window>): Window {
  return {
    name: 'w',
    cron: '0 9 * * *',
    minutes: 60,
    timeZone: null,
    services: [],
    stage: null,
    wave: null,
    team: null,
    calendars: { nodes: [] },
    ...changes,
  };
}

test('windows are those of its wave and of its stage', () => {
  const windows = [
    opening({ wave: { name: 'prod-1' } }),
    opening({ stage: { name: 'prod' } }),
    opening({ wave: { name: 'prod-2' } }),
    opening({ stage: { name: 'beta' } }),
  ];
  expect(windowsAbout(windows, HERE)).toEqual(windows.slice(0, 2));
});

test('whom it is for is said in words', () => {
  expect(windowSentence(opening({ stage: { name: 'prod' } }))).toBe('stage prod');
  expect(
    windowSentence(opening({ wave: { name: 'prod-1' }, services: ['pay*'], team: { name: 'money' } })),
  ).toBe('wave prod-1, for pay*, services of money');
  expect(scopeSentence({ scope: 'ORGANISATION', target: null })).toBe('everything');
  expect(scopeSentence({ scope: 'REGION', target: 'eu-west-1' })).toBe('region eu-west-1');
});

test('links lead to the account and Region', () => {
  const links = consoleLinks('222222222222', 'eu-west-1').map(({ href }) => href);
  expect(links[0]).toBe(
    'https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks',
  );
  expect(links.at(-1)).toContain('account=222222222222');
});

const event = (type: string, payload: Record<string, unknown>) => ({
  cursor: '1',
  type,
  time: '',
  actor: '',
  subjectType: '',
  subjectId: '',
  payload,
});

test('only what is about the environment touches it', () => {
  const touches = touchesEnvironment('prod-dublin');
  expect(touches(event('deployment.changed', { environment: 'prod-dublin' }))).toBe(true);
  expect(touches(event('deployment.changed', { environment: 'prod-tokyo' }))).toBe(false);
  expect(touches(event('action.changed', { environment: 'prod-dublin' }))).toBe(false);
  expect(touches(event('configuration.changed', {}))).toBe(true);
});

test('why a service waits changes with its own executions, and with alarms', () => {
  const touches = touchesWhy('payments');
  expect(touches(event('decision.made', { service: 'payments' }))).toBe(true);
  expect(touches(event('decision.made', { service: 'orders' }))).toBe(false);
  expect(touches(event('alarm.changed', {}))).toBe(true);
});
