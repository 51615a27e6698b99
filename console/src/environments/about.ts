import type { LoggedEvent } from '../graph/live';
import type { EnvironmentDetailQuery } from './EnvironmentView.generated';

export type Detail = NonNullable<EnvironmentDetailQuery['environment']>;
export type Freeze = EnvironmentDetailQuery['freezes']['nodes'][number];
export type Window = EnvironmentDetailQuery['windows']['nodes'][number];

type Place = Pick<Detail, 'account' | 'region' | 'wave'>;
type Placed = readonly { name: string; team: { name: string } | null }[];

const NOBODY: readonly string[] = [];

/** What a freeze names within its scope, as this place has it. */
function targetsOf(scope: Freeze['scope'], place: Place, services: Placed): readonly string[] {
  switch (scope) {
    case 'STAGE':
      return [place.wave.stage.name];
    case 'ACCOUNT':
      return [place.account.awsId];
    case 'REGION':
      return [place.region.name];
    case 'TEAM':
      return services.flatMap(({ team }) => (team ? [team.name] : []));
    case 'SERVICE':
      return services.map(({ name }) => name);
    default:
      return NOBODY;
  }
}

/** The freezes that are in force here or will be, for all or some of the services, the next to end first. */
export function freezesAbout(
  freezes: readonly Freeze[],
  place: Place,
  services: Placed,
  now: number,
): (Freeze & { inForce: boolean })[] {
  return freezes
    .filter(({ endsAt }) => Date.parse(endsAt) > now)
    .filter(
      ({ scope, target }) =>
        scope === 'ORGANISATION' || targetsOf(scope, place, services).includes(target ?? ''),
    )
    .map((freeze) => ({ ...freeze, inForce: Date.parse(freeze.startsAt) <= now }))
    .sort((a, b) => a.startsAt.localeCompare(b.startsAt));
}

/** The deployment windows of its wave, or of its whole stage. */
export function windowsAbout(windows: readonly Window[], { wave }: Place): Window[] {
  return windows.filter(
    (window) => window.wave?.name === wave.name || window.stage?.name === wave.stage.name,
  );
}

/** Whom a freeze is for, in words. */
export function scopeSentence({ scope, target }: Pick<Freeze, 'scope' | 'target'>): string {
  return scope === 'ORGANISATION' ? 'everything' : `${scope.toLowerCase()} ${target ?? ''}`;
}

/** Whom a window is for, in words. */
export function windowSentence({ services, team, wave, stage }: Window): string {
  const where = wave ? `wave ${wave.name}` : `stage ${stage?.name ?? ''}`;
  const whose = [...services, ...(team ? [`services of ${team.name}`] : [])];
  return whose.length === 0 ? where : `${where}, for ${whose.join(', ')}`;
}

/** Pages of the AWS console about one account and Region: for who is signed in to that account. */
export function consoleLinks(accountId: string, region: string): { text: string; href: string }[] {
  const page = (path: string): string => `https://${region}.console.aws.amazon.com/${path}`;
  const here = `region=${region}`;
  return [
    { text: 'Stacks', href: page(`cloudformation/home?${here}#/stacks`) },
    { text: 'Alarms', href: page(`cloudwatch/home?${here}#alarmsV2:`) },
    { text: 'Logs', href: page(`cloudwatch/home?${here}#logsV2:log-groups`) },
    {
      text: 'Switch to a role in this account',
      href: `https://signin.aws.amazon.com/switchrole?account=${accountId}`,
    },
  ];
}

/** Whether an event may change what is said of an environment. */
export function touchesEnvironment(name: string): (event: LoggedEvent) => boolean {
  return ({ type, payload }) =>
    type === 'configuration.changed' ||
    type === 'organisation.configured' ||
    ((type.startsWith('environment.') || type === 'deployment.changed') && payload['environment'] === name);
}

const MOVES = new Set([
  'deployment.changed',
  'execution.changed',
  'stage.changed',
  'decision.made',
  'bake.observed',
  'wave.concluded',
  'check_run.changed',
]);

/** Whether an event may change why a service waits. */
export function touchesWhy(service: string): (event: LoggedEvent) => boolean {
  return ({ type, payload }) =>
    type === 'configuration.changed' ||
    type === 'alarm.changed' ||
    type.startsWith('override.') ||
    (MOVES.has(type) && payload['service'] === service);
}

/** Whether an event may change the alarms of an account and Region. */
export function touchesAlarms(accountId: string, region: string): (event: LoggedEvent) => boolean {
  return ({ type, payload }) =>
    type === 'alarm.changed' && payload['account'] === accountId && payload['region'] === region;
}
