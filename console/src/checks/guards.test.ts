import { expect, test } from 'vitest';

import { type Guard, guardedBy, meantFor, patternOf, requiredIn } from './guards';

const CHECK: Guard = { service: null, services: [], team: null, stage: { name: 'prod' }, wave: null };
const service = (name: string, team: string, ...stages: string[]) => ({
  name,
  team: { name: team },
  stages: { nodes: stages.map((stage) => ({ name: stage })) },
});
const SERVICES = [
  service('orders', 'shop', 'beta', 'prod'),
  service('payments', 'money', 'prod'),
  service('lab', 'shop', 'beta'),
];
const names = (check: Partial<Guard>) => guardedBy({ ...CHECK, ...check }, SERVICES).map(({ name }) => name);

test('a check for all guards those that pass its stage', () => {
  expect(names({})).toEqual(['orders', 'payments']);
  expect(names({ stage: null, wave: { name: 'beta-1', stage: { name: 'beta' } } })).toEqual([
    'orders',
    'lab',
  ]);
});

test('one for a service, for a team or by names guards those alone', () => {
  expect(names({ service: { name: 'orders' } })).toEqual(['orders']);
  expect(names({ team: { name: 'money' } })).toEqual(['payments']);
  expect(names({ services: ['pay*'] })).toEqual(['payments']);
});

test('a glob is no regular expression', () => {
  expect(patternOf('a.b*').test('a.bc')).toBe(true);
  expect(patternOf('a.b*').test('axbc')).toBe(false);
  expect(patternOf('or?ers').test('orders')).toBe(true);
});

test('it says in words whom it is for and where', () => {
  expect(meantFor(CHECK)).toBe('all services');
  expect(meantFor({ ...CHECK, services: ['a*', 'b'] })).toBe('a*, b');
  expect(requiredIn(CHECK)).toBe('prod, every wave');
  expect(requiredIn({ stage: null, wave: { name: 'prod-1', stage: { name: 'prod' } } })).toBe('prod-1');
});
