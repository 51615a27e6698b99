import { geoEqualEarth, type GeoPermissibleObjects, geoPath } from 'd3-geo';

import { REGION_PLACES } from './regions';
import type { Standing } from './standing';

/** What a Region has on the map. */
export interface RegionOnMap {
  name: string;
  description: string;
  environments: number;
  standing: Standing;
  /** Alarms that ring there. */
  alarms: number;
}

/** A circle on the map, in pixels. */
export interface Circle extends RegionOnMap {
  x: number;
  y: number;
  radius: number;
}

/** Where a circle's name is written: its left edge and its baseline. Names that have no room are not written. */
export interface Label {
  name: string;
  x: number;
  y: number;
}

export interface WorldMap {
  width: number;
  height: number;
  /** The outline of the land, as an SVG path. */
  land: string;
  circles: Circle[];
  labels: Label[];
  /** Regions whose place is not known to this page. */
  elsewhere: RegionOnMap[];
}

const TALLEST = 520;
const SMALLEST_RADIUS = 7;
const LARGEST_RADIUS = 20;
/** The width of a letter and the height of a line, at 12 pixels. */
const LETTER = 6.6;
const LINE = 14;
const GAP = 4;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The parts of the world in which people live: without the Antarctic and the ocean around the pole. */
const INHABITED: GeoPermissibleObjects = {
  type: 'MultiPoint',
  coordinates: [
    [-168, 0],
    [179, 0],
    [0, 72],
    [0, -52],
  ],
};

/** A circle's radius: its area follows how many services run there. */
export function radiusOf(placed: number, most: number): number {
  if (placed <= 0 || most <= 0) return SMALLEST_RADIUS;
  return SMALLEST_RADIUS + (LARGEST_RADIUS - SMALLEST_RADIUS) * Math.sqrt(placed / most);
}

function boxAround({ x, y, radius }: Circle): Box {
  return { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Where a name may be written, the best place first: right, left, below and above of its circle. */
function candidates({ x, y, radius, name }: Circle): Box[] {
  const wide = name.length * LETTER;
  const beside = radius + GAP;
  const at = (left: number, top: number): Box => ({ left, top, right: left + wide, bottom: top + LINE });
  return [
    at(x + beside, y - LINE / 2),
    at(x - beside - wide, y - LINE / 2),
    at(x - wide / 2, y + beside),
    at(x - wide / 2, y - beside - LINE),
  ];
}

/** Names beside the circles, none over another name or circle, and none beyond the edge; the largest choose first. */
export function labelled(circles: readonly Circle[], width: number, height: number): Label[] {
  const taken = circles.map(boxAround);
  const labels: Label[] = [];
  for (const circle of [...circles].sort((a, b) => b.radius - a.radius)) {
    const own = boxAround(circle);
    const box = candidates(circle).find(
      (each) =>
        each.left >= 0 &&
        each.right <= width &&
        each.top >= 0 &&
        each.bottom <= height &&
        taken.every((other) => !overlap(each, other) || sameBox(other, own)),
    );
    if (box === undefined) continue;
    taken.push(box);
    labels.push({ name: circle.name, x: box.left, y: box.bottom - 3 });
  }
  return labels;
}

function sameBox(one: Box, other: Box): boolean {
  return one.left === other.left && one.top === other.top && one.right === other.right;
}

/** The map for a width in pixels: the land, a circle for each Region, and the names that have room. */
export function worldMap(
  land: GeoPermissibleObjects,
  regions: readonly RegionOnMap[],
  width: number,
): WorldMap {
  const height = Math.min(TALLEST, Math.round(width * 0.48));
  const projection = geoEqualEarth().fitExtent(
    [
      [8, 8],
      [width - 8, height - 8],
    ],
    INHABITED,
  );
  const most = Math.max(0, ...regions.map(({ standing }) => standing.placed));
  const circles: Circle[] = [];
  const elsewhere: RegionOnMap[] = [];
  for (const region of regions) {
    const place = REGION_PLACES[region.name];
    const point = place === undefined ? null : projection([...place]);
    if (point === null) elsewhere.push(region);
    else
      circles.push({ ...region, x: point[0], y: point[1], radius: radiusOf(region.standing.placed, most) });
  }
  circles.sort((a, b) => b.radius - a.radius || a.name.localeCompare(b.name)); // small ones above large ones
  return {
    width,
    height,
    land: geoPath(projection)(land) ?? '',
    circles,
    labels: labelled(circles, width, height),
    elsewhere,
  };
}
