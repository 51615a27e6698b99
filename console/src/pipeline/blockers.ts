import type { BlockerLineFragment, WhyItWaitsQuery } from './why.generated';

export type Why = Extract<WhyItWaitsQuery['why'], { sentence: string }>;

/** A blocker, with all the environments that it holds. */
export interface HeldBack extends BlockerLineFragment {
  environments: string[];
}

/**
 * What holds a wave back, each thing once, in the order in which it was said: the earliest beginning; the latest end,
 * and none as soon as one of them has none.
 */
export function mergedBlockers(whys: readonly Why[]): HeldBack[] {
  const found = new Map<string, HeldBack>();
  for (const { environment, blockers } of whys) {
    for (const blocker of blockers) {
      const key = [blocker.kind, blocker.sentence, blocker.override].join('\n');
      const before = found.get(key);
      found.set(
        key,
        before ? joined(before, blocker, environment) : { ...blocker, environments: [environment] },
      );
    }
  }
  return [...found.values()];
}

function joined(before: HeldBack, blocker: BlockerLineFragment, environment: string): HeldBack {
  const [since] = [before.since, blocker.since].filter((at) => at !== null).sort();
  const ends = [before.clearsAt, blocker.clearsAt];
  return {
    ...before,
    since: since ?? null,
    clearsAt: ends.includes(null) ? null : (ends.sort().at(-1) ?? null),
    environments: [...new Set([...before.environments, environment])],
  };
}

const NAMES: Record<BlockerLineFragment['kind'], string> = {
  SUPERSEDED: 'Superseded',
  PRIOR_WAVE: 'Wave before',
  ALARM: 'Alarm',
  WINDOW: 'Window',
  FREEZE: 'Freeze',
  HOLD: 'Hold',
  IN_FLIGHT: 'In flight',
  REGION: 'Another Region',
  DEPENDENCY: 'Dependency',
  ROLLED_BACK: 'Rolled back',
  CERTIFICATE: 'Certificate',
  CHECK: 'Check',
};

export type BlockerKind = BlockerLineFragment['kind'];

/** What a kind of blocker is called. */
export function blockerName(kind: BlockerKind): string {
  return NAMES[kind];
}

const NEVER = new Set<BlockerKind>(['IN_FLIGHT', 'SUPERSEDED']);

/** The kinds that an override may name: docs/overrides.md. */
export const OVERRIDABLE = (Object.keys(NAMES) as BlockerKind[]).filter((kind) => !NEVER.has(kind));

/** Whether a person may let it pass. */
export function mayBeOverridden({ kind, override }: BlockerLineFragment): boolean {
  return override === null && !NEVER.has(kind);
}

const DECISIONS: Record<string, string> = {
  PROCEED: 'Nothing holds it back.',
  WAIT: 'It waits.',
  STOP: 'It is stopped: no waiting helps.',
};

/** What a revision would be told, in words. */
export function decisionSaid(decision: string | null): string | null {
  return decision === null ? null : (DECISIONS[decision] ?? decision);
}
