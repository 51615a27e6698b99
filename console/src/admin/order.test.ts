import { describe, expect, it } from 'vitest';

import { arranged, type Move, reordering, type StageOrder, taking } from './order';

const wave = (name: string, position: number, ...environments: string[]) => ({
  name,
  position,
  environments,
});

const STAGES: StageOrder[] = [
  { name: 'beta', position: 1, waves: [wave('beta-1', 1, 'beta-eu')] },
  {
    name: 'prod',
    position: 5,
    waves: [wave('prod-1', 1, 'sa'), wave('prod-2', 3, 'us', 'eu'), wave('prod-3', 4)],
  },
];

const operations = (...moves: Move[]) => reordering(STAGES, arranged(STAGES, moves));

describe('what is moved', () => {
  it('is nothing at first', () => {
    expect(operations()).toEqual([]);
  });

  it('takes the positions that there were, so that nothing else is touched', () => {
    expect(operations({ what: 'wave', name: 'prod-2', stage: 'prod', to: 0 })).toEqual([
      { updateWave: { name: 'prod-2', position: 1 } },
      { updateWave: { name: 'prod-1', position: 3 } },
    ]);
    expect(operations({ what: 'stage', name: 'prod', to: 0 })).toEqual([
      { updateStage: { name: 'prod', position: 1 } },
      { updateStage: { name: 'beta', position: 5 } },
    ]);
  });

  it('is nothing again when it is moved back', () => {
    const there: Move = { what: 'environment', name: 'eu', wave: 'prod-1' };
    expect(operations(there, { ...there, wave: 'prod-2' })).toEqual([]);
  });

  it('is an environment in another wave', () => {
    expect(operations({ what: 'environment', name: 'eu', wave: 'prod-3' })).toEqual([
      { updateEnvironment: { name: 'eu', wave: 'prod-3' } },
    ]);
  });

  it('is a wave in another stage, behind its own', () => {
    expect(operations({ what: 'wave', name: 'prod-3', stage: 'beta', to: 1 })).toEqual([
      { updateWave: { name: 'prod-3', stage: 'beta', position: 2 } },
    ]);
  });

  it('is left alone when it is gone, or where it should go is', () => {
    expect(
      operations(
        { what: 'wave', name: 'gone', stage: 'prod', to: 0 },
        { what: 'wave', name: 'prod-1', stage: 'gone', to: 0 },
        { what: 'environment', name: 'eu', wave: 'gone' },
        { what: 'stage', name: 'gone', to: 0 },
      ),
    ).toEqual([]);
  });
});

it('suggested waves are taken in one change: new ones are registered, environments move', () => {
  const suggested = [['sa'], ['us'], ['eu'], ['ap']].map((environments, index) => ({
    position: index + 1,
    bakeMinutes: 240,
    environments,
  }));
  expect(taking(STAGES[1]!, suggested)).toEqual([
    { updateEnvironment: { name: 'eu', wave: 'prod-3' } },
    { registerWave: { name: 'prod-4', stage: 'prod', position: 5, bakeMinutes: 240 } },
    { updateEnvironment: { name: 'ap', wave: 'prod-4' } },
  ]);
});
