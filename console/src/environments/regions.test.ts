import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { REGION_PLACES } from './regions';

const known = readFileSync(
  fileURLToPath(new URL('../../../domain/regions.py', import.meta.url)),
  'utf8',
).matchAll(/KnownRegion\("([a-z0-9-]+)"/g);

test('every Region that the service knows has its place on the map, and no other', () => {
  expect(Object.keys(REGION_PLACES).sort()).toEqual([...known].map((match) => match[1]).sort());
});

test('places are longitudes and latitudes', () => {
  for (const [longitude, latitude] of Object.values(REGION_PLACES)) {
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    expect(Math.abs(latitude)).toBeLessThanOrEqual(60);
  }
});
