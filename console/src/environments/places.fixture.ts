import type { PlaceFragment } from './EnvironmentsView.generated';

/** An environment of a stage `alpha` (1) or `prod` (2). */
export function place(name: string, changes: Partial<PlaceFragment> = {}): PlaceFragment {
  const production = name.startsWith('prod');
  return {
    id: name,
    name,
    kind: 'SHARED',
    owner: null,
    purpose: null,
    expiresAt: null,
    extensions: 0,
    cleaningAt: null,
    createdAt: '2026-01-01T00:00:00Z',
    account: production
      ? { name: 'acme-prod', awsId: '222222222222' }
      : { name: 'acme-alpha', awsId: '111111111111' },
    region: { name: 'eu-west-1', description: 'Europe (Ireland)', timeZone: 'Europe/Dublin' },
    wave: {
      name: production ? 'prod-1' : 'alpha-1',
      position: 1,
      stage: production
        ? { name: 'prod', position: 2, production: true }
        : { name: 'alpha', position: 1, production: false },
    },
    team: null,
    ...changes,
  };
}
