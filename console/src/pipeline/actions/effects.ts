import type { EffectOfOverrideQuery } from './actions.generated';
import { blockerName, decisionSaid } from '../blockers';
import { hasEnded, type Passing, placeOf, type Step } from '../course';
import { currentOf } from '../steps';
import type { HoldKind } from '../pipeline.generated';
import { capital } from '../../parts/capital';

/** What the service says that an override would do. */
export type OverrideEffectSaid = Extract<EffectOfOverrideQuery['overrideEffect'], { taken: unknown }>;

function short(revision: string | null): string {
  return revision?.slice(0, 8) ?? 'a revision that is not known yet';
}

interface Starting {
  branch: string;
  stale: boolean;
  runs: readonly Passing[];
}

/** What starting a pipeline will do. */
export function startEffect({ branch, stale, runs }: Starting): string[] {
  const going = runs.filter(({ status }) => !hasEnded(status));
  const said = going.flatMap((run) => {
    const place = placeOf(run);
    if (place === null) return [];
    return place.relation === 'IN'
      ? `${short(run.revision)} is in ${place.stage} and goes on there.`
      : `${short(run.revision)} waits behind ${place.stage}: the new execution takes its place if it comes as far.`;
  });
  return [
    `The newest commit of ${branch} begins its way through every stage, with all checks and bakes.`,
    ...(stale ? ['The pipeline first builds itself anew from the present plan.'] : []),
    ...said,
    'The service asks AWS for it within a minute.',
  ];
}

interface Holding {
  kind: HoldKind;
  service: string | null;
  environments: readonly string[];
  revision: string;
  expires: string | null;
  steps: readonly Step[];
}

function keptOut({ kind, service, revision }: Holding): string {
  const whose = service === null ? 'of any service' : `of ${service}`;
  if (kind === 'PIN') return `Only ${short(revision)} ${whose} may enter`;
  if (kind === 'VETO') return `${short(revision)} ${whose} may not enter`;
  return `No other revision ${whose} enters`;
}

/** What holding will do: who is kept out of where, until when, and who meets it first. */
export function holdEffect(holding: Holding): string[] {
  const { kind, environments, expires, steps } = holding;
  if (environments.length === 0) return ['Choose at least one environment.'];
  const until = expires === null ? 'until somebody releases it' : `until ${expires}`;
  const waits = kind === 'VETO' && expires === null ? 'is stopped' : 'waits';
  const met = steps.filter((step) => step.environments.some(({ name }) => environments.includes(name)));
  const ahead = met.find(({ state }) => state === 'COMING' || state === 'WAITING');
  const inside = met.filter(({ state }) => state === 'DEPLOYING');
  return [
    `${keptOut(holding)} ${environments.join(', ')}, ${until}. What is there stays.`,
    ...(ahead === undefined
      ? []
      : [`The execution that is shown ${waits} before ${ahead.title}, if it is kept out.`]),
    ...inside.map(({ title }) => `What has entered ${title} already is not held.`),
    'Rollbacks are never held back.',
  ];
}

/** What releasing a hold will do. */
export function releaseEffect(environment: string, steps: readonly Step[]): string[] {
  const waiting = currentOf(steps)?.environments.some(({ name }) => name === environment) ?? false;
  return [
    `${environment} takes revisions again, as far as nothing else holds them back.`,
    ...(waiting ? ['Whoever waits before it asks again within 5 minutes.'] : []),
  ];
}

/** What an override would do, as the service has decided it. */
export function overrideSaid({ taken, left, decision }: OverrideEffectSaid): string[] {
  const line = (word: string) => (blocker: OverrideEffectSaid['taken'][number]) =>
    `${word} ${blockerName(blocker.kind)}: ${capital(blocker.sentence)}`;
  const then = decisionSaid(decision);
  return [
    ...(taken.length === 0
      ? ['Nothing that holds it back now would lose its force.']
      : taken.map(line('It takes'))),
    ...left.map(line('It leaves')),
    ...(then === null ? [] : [`Then: ${then}`]),
  ];
}
