import { expect, it } from 'vitest';

import { entitiesOf, valuesOf } from './entities';

it('a row is the entity, with references by their keys', () => {
  expect(
    valuesOf({
      name: 'prod-eu',
      account: { awsId: '111111111111' },
      wave: { name: 'prod-1' },
      dependsOn: { nodes: [{ name: 'b' }, { name: 'a' }] },
      tags: { name: 'not a reference' },
      team: null,
      version: 3,
      archivedAt: null,
    }),
  ).toEqual({
    name: 'prod-eu',
    account: '111111111111',
    wave: 'prod-1',
    dependsOn: ['a', 'b'],
    tags: { name: 'not a reference' },
    team: null,
  });
});

it('entities stand in the document where it has them; waves have what it leaves out', () => {
  const found = entitiesOf({
    configuration: {
      document: {
        organisation: { name: 'acme' },
        stages: [{ name: 'prod', waves: [{ name: 'prod-1', environments: [{ name: 'eu' }] }] }],
        services: [{ name: 'orders' }],
      },
    },
    stages: {
      nodes: [
        { name: 'prod', position: 1, version: 1, waves: { nodes: [{ name: 'prod-1', bakeMinutes: 720 }] } },
      ],
    },
    regions: { nodes: [{ name: 'eu-west-1', timeZone: 'Europe/Dublin' }] },
  });
  expect(found.wave).toEqual([{ name: 'prod-1', bakeMinutes: 720, stage: 'prod' }]);
  expect(found.environment).toEqual([{ name: 'eu', wave: 'prod-1', kind: 'SHARED' }]);
  expect(found.stage).toEqual([{ name: 'prod', position: 1 }]);
  expect(found.service).toEqual([{ name: 'orders' }]);
  expect(found.organisation).toHaveLength(1);
  expect(found.team).toEqual([]);
});
