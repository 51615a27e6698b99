import { expect, test } from 'vitest';

import { cellsOf } from './cells';

test('each placed service is in each of its environments', () => {
  const cells = [
    { environment: 'a', status: 'FAILED' as const },
    { environment: 'b', status: null },
  ];
  expect(cellsOf({ fleet: [{ service: 'payments', cells }] })).toEqual([
    { service: 'payments', environment: 'a', status: 'FAILED' },
    { service: 'payments', environment: 'b', status: null },
  ]);
  expect(cellsOf(undefined)).toEqual([]);
});
