import type { Operation } from './operations';

export interface WaveOrder {
  name: string;
  position: number;
  environments: string[];
}

export interface StageOrder {
  name: string;
  position: number;
  waves: WaveOrder[];
}

/** One thing that somebody moved, and has not saved. Names, so that it still means the same after others' changes. */
export type Move =
  | { what: 'stage'; name: string; to: number }
  | { what: 'wave'; name: string; stage: string; to: number }
  | { what: 'environment'; name: string; wave: string };

function inserted<Item>(items: readonly Item[], item: Item, to: number): Item[] {
  return [...items.slice(0, to), item, ...items.slice(to)];
}

function stageMoved(stages: readonly StageOrder[], name: string, to: number): StageOrder[] {
  const found = stages.find((stage) => stage.name === name);
  const others = stages.filter((stage) => stage.name !== name);
  return found ? inserted(others, found, to) : [...stages];
}

function waveMoved(stages: readonly StageOrder[], name: string, to: string, place: number): StageOrder[] {
  const found = stages.flatMap(({ waves }) => waves).find((wave) => wave.name === name);
  if (!found || !stages.some((stage) => stage.name === to)) return [...stages];
  return stages.map((stage) => {
    const waves = stage.waves.filter((wave) => wave.name !== name);
    return { ...stage, waves: stage.name === to ? inserted(waves, found, place) : waves };
  });
}

function environmentMoved(stages: readonly StageOrder[], name: string, to: string): StageOrder[] {
  const waves = stages.flatMap((stage) => stage.waves);
  const there = waves.find((wave) => wave.environments.includes(name));
  if (!there || !waves.some((wave) => wave.name === to) || there.name === to) return [...stages];
  return stages.map((stage) => ({
    ...stage,
    waves: stage.waves.map((wave) => ({
      ...wave,
      environments: [
        ...wave.environments.filter((each) => each !== name),
        ...(wave.name === to ? [name] : []),
      ].sort(),
    })),
  }));
}

/** The stages as they would be after the moves; a move of what is no longer there does nothing. */
export function arranged(stages: readonly StageOrder[], moves: readonly Move[]): StageOrder[] {
  return moves.reduce<StageOrder[]>(
    (now, move) => {
      if (move.what === 'stage') return stageMoved(now, move.name, move.to);
      if (move.what === 'wave') return waveMoved(now, move.name, move.stage, move.to);
      return environmentMoved(now, move.name, move.wave);
    },
    [...stages],
  );
}

/** Positions for things in a new order: those that there were, and further ones behind them. */
function positions(before: readonly number[], count: number): number[] {
  const sorted = [...before].sort((one, other) => one - other);
  while (sorted.length < count) sorted.push((sorted.at(-1) ?? 0) + 1);
  return sorted.slice(0, count);
}

function ofStages(before: readonly StageOrder[], after: readonly StageOrder[]): Operation[] {
  const free = positions(
    before.map(({ position }) => position),
    after.length,
  );
  return after.flatMap(({ name, position }, index) =>
    position === free[index] ? [] : [{ updateStage: { name, position: free[index] } }],
  );
}

function ofWaves(before: readonly StageOrder[], after: readonly StageOrder[]): Operation[] {
  return after.flatMap((stage) => {
    const own = before.find(({ name }) => name === stage.name)?.waves ?? [];
    const free = positions(
      own.map(({ position }) => position),
      stage.waves.length,
    );
    return stage.waves.flatMap(({ name, position }, index): Operation[] => {
      const moved = own.every((wave) => wave.name !== name);
      if (!moved && position === free[index]) return [];
      return [{ updateWave: { name, ...(moved ? { stage: stage.name } : {}), position: free[index] } }];
    });
  });
}

function ofEnvironments(before: readonly StageOrder[], after: readonly StageOrder[]): Operation[] {
  const places = new Map(
    before.flatMap(({ waves }) =>
      waves.flatMap((wave) => wave.environments.map((name) => [name, wave.name] as const)),
    ),
  );
  return after
    .flatMap(({ waves }) => waves)
    .flatMap((wave) =>
      wave.environments
        .filter((name) => places.get(name) !== wave.name)
        .map((name) => ({ updateEnvironment: { name, wave: wave.name } })),
    );
}

/** What brings the stages from one order into another: only what differs is touched. */
export function reordering(before: readonly StageOrder[], after: readonly StageOrder[]): Operation[] {
  return [...ofStages(before, after), ...ofWaves(before, after), ...ofEnvironments(before, after)];
}

export interface SuggestedWave {
  position: number;
  bakeMinutes: number;
  environments: readonly string[];
}

/** What makes the waves of a stage those that are suggested: new ones behind, and environments into their waves. */
export function taking(stage: StageOrder, suggested: readonly SuggestedWave[]): Operation[] {
  const operations: Operation[] = [];
  const names = new Set(stage.waves.map(({ name }) => name));
  const free = positions(
    stage.waves.map(({ position }) => position),
    suggested.length,
  );
  suggested.forEach(({ bakeMinutes, environments }, index) => {
    const there = stage.waves[index];
    const name = there?.name ?? unused(stage.name, index + 1, names);
    names.add(name);
    if (!there)
      operations.push({ registerWave: { name, stage: stage.name, position: free[index], bakeMinutes } });
    for (const each of environments) {
      if (!there?.environments.includes(each))
        operations.push({ updateEnvironment: { name: each, wave: name } });
    }
  });
  return operations;
}

function unused(stage: string, from: number, names: ReadonlySet<string>): string {
  let number = from;
  while (names.has(`${stage}-${number}`)) number += 1;
  return `${stage}-${number}`;
}
