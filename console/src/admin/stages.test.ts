import { expect, it } from 'vitest';

import type { Entities } from './entities';
import { arranged } from './order';
import { movedSentences, stagesOf } from './stages';

const entities = {
  stage: [
    { name: 'prod', position: 2 },
    { name: 'beta', position: 1 },
  ],
  wave: [
    { name: 'prod-2', stage: 'prod', position: 5 },
    { name: 'prod-1', stage: 'prod', position: 3 },
  ],
  environment: [
    { name: 'eu', wave: 'prod-1', kind: 'SHARED' },
    { name: 'ana', wave: 'prod-1', kind: 'TEST' },
  ],
} as unknown as Entities;

it('stages and waves stand in their order, with shared environments alone', () => {
  expect(stagesOf(entities)).toEqual([
    { name: 'beta', position: 1, waves: [] },
    {
      name: 'prod',
      position: 2,
      waves: [
        { name: 'prod-1', position: 3, environments: ['eu'] },
        { name: 'prod-2', position: 5, environments: [] },
      ],
    },
  ]);
});

it('what was moved is said', () => {
  const before = stagesOf(entities);
  const after = arranged(before, [
    { what: 'environment', name: 'eu', wave: 'prod-2' },
    { what: 'wave', name: 'prod-2', stage: 'prod', to: 0 },
  ]);
  expect(movedSentences(before, after)).toEqual([
    'wave prod-2: 2 of 2 in prod → 1 of 2 in prod',
    'environment eu: in prod-1 → in prod-2',
    'wave prod-1: 1 of 2 in prod → 2 of 2 in prod',
  ]);
});
