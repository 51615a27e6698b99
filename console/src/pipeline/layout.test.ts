import { describe, expect, test } from 'vitest';

import { type Box, groupsOf, layoutOf, type Placed, scaleFor, SMALLEST } from './layout';

function steps(...groups: [string | null, number][]): Placed[] {
  return groups.flatMap(([group, count], at) =>
    Array.from({ length: count }, (_, index) => ({ id: `${group ?? 'build'}-${at}-${index}`, group })),
  );
}

const PIPELINE = steps([null, 4], ['alpha', 1], ['beta', 1], ['gamma', 2], ['prod', 4]);

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

describe('the layout', () => {
  test('has a group for each stage, in the order in which they are passed', () => {
    const { groups } = layoutOf(PIPELINE);
    expect(groups.map(({ title }) => title)).toEqual(['Build', 'alpha', 'beta', 'gamma', 'prod']);
    expect(groups.map(({ x }) => x)).toEqual(groups.map(({ x }) => x).toSorted((one, other) => one - other));
    expect(groups.every(({ y }) => y === 0)).toBe(true);
  });

  test('lets no two groups, and no two steps of a group, overlap', () => {
    const { groups, steps: boxes } = layoutOf(steps([null, 3], ['prod', 13], ['later', 6]));
    for (const [index, group] of groups.entries()) {
      expect(groups.slice(index + 1).some((other) => overlap(group, other))).toBe(false);
      const own = group.steps.map((id) => boxes.get(id)!);
      for (const [at, box] of own.entries()) {
        expect(own.slice(at + 1).some((other) => overlap(box, other))).toBe(false);
      }
    }
  });

  test('keeps every step within its group, and every group within the whole', () => {
    const { groups, steps: boxes, width, height } = layoutOf(steps([null, 4], ['prod', 13]));
    for (const group of groups) {
      expect(group.x).toBeGreaterThanOrEqual(0);
      expect(group.x + group.width).toBeLessThanOrEqual(width);
      expect(group.height).toBeLessThanOrEqual(height);
      for (const id of group.steps) {
        const box = boxes.get(id)!;
        expect(box.x + box.width).toBeLessThan(group.width);
        expect(box.y + box.height).toBeLessThan(group.height);
      }
    }
  });

  test('follows from the steps alone: the same steps are at the same places', () => {
    expect(layoutOf(PIPELINE)).toEqual(layoutOf(PIPELINE.map((step) => ({ ...step }))));
  });

  test('has the waves of a stage one below the other, in their order', () => {
    const { steps: boxes, groups } = layoutOf(PIPELINE);
    const prod = groups.at(-1)!.steps.map((id) => boxes.get(id)!);
    expect(new Set(prod.map(({ x }) => x)).size).toBe(1);
    expect(prod.map(({ y }) => y)).toEqual(prod.map(({ y }) => y).toSorted((one, other) => one - other));
  });

  test('of nothing is empty', () => {
    expect(layoutOf([])).toMatchObject({ groups: [], width: 0, height: 0 });
  });

  test('groups neighbours only', () => {
    expect(groupsOf(steps(['alpha', 1], ['beta', 1], ['alpha', 1]))).toHaveLength(3);
  });
});

describe('the scale', () => {
  test('fits the width that there is', () => {
    expect(scaleFor({ width: 1_000 }, 900)).toBe(0.9);
  });

  test('never makes the graph too small to read, nor too large', () => {
    expect(scaleFor({ width: 10_000 }, 900)).toBe(SMALLEST);
    expect(scaleFor({ width: 100 }, 2_560)).toBe(1.5);
  });

  test('is one before the width is known', () => {
    expect(scaleFor({ width: 1_000 }, 0)).toBe(1);
  });
});
