import { describe, expect, it } from 'vitest';

import { archiving, atFields, lastPosition, registering, updating } from './operations';

describe('an operation', () => {
  it('that registers leaves out what is empty', () => {
    expect(registering('team', { name: 'money', email: null, members: [] })).toEqual({
      registerTeam: { name: 'money', members: [] },
    });
  });

  it('that updates has what differs alone, and the version that was read', () => {
    const before = { name: 'prod-1', bakeMinutes: 720, stage: 'prod' };
    expect(updating('wave', 'prod-1', before, { ...before, bakeMinutes: null }, 3)).toEqual({
      updateWave: { name: 'prod-1', bakeMinutes: null, expectedVersion: 3 },
    });
    expect(updating('wave', 'prod-1', before, { ...before }, 3)).toBeUndefined();
  });

  it('that configures the organisation says all of it', () => {
    const before = { name: 'acme', startPipelines: false };
    expect(
      updating('organisation', 'organisation', before, { name: 'acme', startPipelines: true }, 1),
    ).toEqual({
      configureOrganisation: { name: 'acme', startPipelines: true },
    });
  });

  it('calls an account by its digits', () => {
    expect(archiving('account', '111111111111', 2)).toEqual({
      archiveAccount: { awsId: '111111111111', expectedVersion: 2 },
    });
  });
});

it('a new wave stands behind those of its stage', () => {
  const waves = [
    { stage: 'prod', position: 4 },
    { stage: 'beta', position: 9 },
  ];
  expect(lastPosition('wave', { stage: 'prod' }, waves)).toBe(5);
  expect(lastPosition('wave', { stage: 'gamma' }, waves)).toBe(1);
  expect(lastPosition('team', {}, waves)).toBeUndefined();
});

const error = (message: string, ...path: string[]) => ({ message, path });

it('errors stand at their fields, and the others together', () => {
  const found = atFields(
    [
      error('Too long.', 'operations', '0', 'updateWave', 'bakeMinutes'),
      error('No address.', 'operations', '0', 'updateCheck', 'configuration.url'),
      error('No such field.', 'operations', '0', 'updateService', 'placement', '1'),
      error('Lowered.'),
    ],
    ['bakeMinutes', 'configuration.url', 'placement'],
  );
  expect(found.fields).toEqual({
    bakeMinutes: 'Too long.',
    'configuration.url': 'No address.',
    placement: 'No such field.',
  });
  expect(found.rest.map(({ message }) => message)).toEqual(['Lowered.']);
});
