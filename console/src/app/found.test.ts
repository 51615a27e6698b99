import { expect, test } from 'vitest';

import { found, placesOf } from './found';

const PLACES = placesOf({
  services: {
    nodes: [
      { name: 'payments', repository: 'acme/payments' },
      { name: 'orders', repository: 'acme/orders' },
    ],
  },
  environments: {
    nodes: [{ name: 'prod-eu-west-1', account: { awsId: '555555555555', name: 'acme-prod-eu-a' } }],
  },
  checks: { nodes: [{ name: 'smoke' }] },
});
const labels = (text: string): string[] => found(PLACES, text).map(({ label }) => label);

test('what begins so comes first, then parts, then other words', () => {
  expect(labels('p').slice(0, 3)).toEqual(['Pipelines', 'payments', 'prod-eu-west-1']);
  expect(labels('west')).toEqual(['prod-eu-west-1']);
  expect(labels('acme/orders')).toEqual(['orders']);
  expect(labels('555555555555')).toContain('prod-eu-west-1');
});

test('without a text everything is offered, the views first', () => {
  expect(labels('')[0]).toBe('Fleet');
  expect(labels('')).toContain('smoke');
});

test('what looks like a commit, a pull request or an address may be looked for', () => {
  for (const text of ['deadbeef', '#42', 'https://github.com/acme/payments/pull/42']) {
    expect(found(PLACES, text)[0]).toMatchObject({ href: `/commits?search=${encodeURIComponent(text)}` });
  }
  expect(labels('zzz')).toEqual([]);
});
