import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { expect, test } from 'vitest';
import atlas from 'world-atlas/land-110m.json';

import { type Circle, labelled, radiusOf, type RegionOnMap, worldMap } from './projection';
import { REGION_PLACES } from './regions';
import { standingsOf, together } from './standing';

const topology = atlas as unknown as Topology<{ land: GeometryCollection }>;
const LAND = feature(topology, topology.objects.land);

function region(name: string, placed = 1): RegionOnMap {
  const cells = Array.from({ length: placed }, (_, number) => ({
    service: `s${number}`,
    environment: name,
    status: 'SUCCEEDED',
  }));
  const standing = together(standingsOf(cells).values());
  return { name, description: name, environments: 1, standing, alarms: 0 };
}

function circle(name: string, x: number): Circle {
  return { ...region(name), x, y: 50, radius: 8 };
}

const ALL = Object.keys(REGION_PLACES).map((name) => region(name));

test.each([358, 900, 2400])('every Region is on a map %i pixels wide', (width) => {
  const map = worldMap(LAND, ALL, width);
  expect(map.circles).toHaveLength(ALL.length);
  expect(map.elsewhere).toEqual([]);
  for (const { x, y } of map.circles) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(width);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(map.height);
  }
});

test('west is left and south is below', () => {
  const at = new Map(worldMap(LAND, ALL, 900).circles.map((circle) => [circle.name, circle]));
  expect(at.get('us-west-2')!.x).toBeLessThan(at.get('us-east-1')!.x);
  expect(at.get('eu-west-1')!.x).toBeLessThan(at.get('eu-central-1')!.x);
  expect(at.get('ap-southeast-2')!.y).toBeGreaterThan(at.get('ap-northeast-1')!.y);
});

test('the land is drawn', () => {
  expect(worldMap(LAND, [], 900).land).toMatch(/^M/);
});

test('a Region that this page does not know is told, not lost', () => {
  const map = worldMap(LAND, [region('eu-west-1'), region('moon-north-1')], 900);
  expect(map.circles.map(({ name }) => name)).toEqual(['eu-west-1']);
  expect(map.elsewhere.map(({ name }) => name)).toEqual(['moon-north-1']);
});

test('the area of a circle follows what runs there', () => {
  expect(radiusOf(0, 10)).toBe(7);
  expect(radiusOf(10, 10)).toBe(20);
  expect(radiusOf(2, 8)).toBeCloseTo(13.5);
  expect(radiusOf(0, 0)).toBe(7);
});

test('large circles are drawn first, so that small ones stay in reach', () => {
  const map = worldMap(LAND, [region('eu-west-2'), region('eu-west-1', 9)], 900);
  expect(map.circles.map(({ name }) => name)).toEqual(['eu-west-1', 'eu-west-2']);
});

test('no name is written over another name or over a circle', () => {
  const labels = labelled([circle('eu-west-1', 100), circle('eu-west-2', 120)], 300, 100);
  expect(labels.map(({ name }) => name)).toEqual(['eu-west-1', 'eu-west-2']);
  const [first, second] = labels;
  expect(first!.x + 9 * 6.6 <= 92 || first!.x >= 128 || first!.y > 58 || first!.y < 42).toBe(true);
  expect(first).not.toMatchObject({ x: second!.x, y: second!.y });
});

test('a name that has no room is not written', () => {
  const crowd = Array.from({ length: 9 }, (_, number): Circle => {
    return { ...region(`eu-west-${number}`), x: 40 + 3 * number, y: 20, radius: 10 };
  });
  expect(labelled(crowd, 120, 40).length).toBeLessThan(9);
});
