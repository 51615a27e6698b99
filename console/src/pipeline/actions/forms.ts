import type { HoldKind } from '../pipeline.generated';

const LONGEST_NAME = 50;

/**
 * A name for a hold: what it does, to what, where; another number where the name stands for another one.
 *
 * Names have lower-case letters, digits and single hyphens, and 50 characters at most.
 */
export function holdName(
  { kind, service, environment, revision }: HoldOf,
  taken: ReadonlySet<string>,
): string {
  const said = [kind, service, environment, revision?.slice(0, 8)].filter(Boolean).join('-').toLowerCase();
  const clean = said.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[^a-z]+|-+$/g, '');
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : `-${number}`;
    const name = clean.slice(0, LONGEST_NAME - end.length).replace(/-+$/, '') + end;
    if (!taken.has(name)) return name;
  }
}

export interface HoldOf {
  kind: HoldKind;
  service: string | null;
  environment: string;
  revision: string | null;
}

/** Names for several holds that are made together, each another. */
export function holdNames(holds: readonly HoldOf[], taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  return holds.map((hold) => {
    const name = holdName(hold, used);
    used.add(name);
    return name;
  });
}

/** Why it is no commit; null where it is one. */
export function revisionTrouble(revision: string): string | null {
  return /^[0-9a-f]{7,40}$/i.test(revision.trim())
    ? null
    : 'Hexadecimal digits of a commit, at least the first seven.';
}

const HOUR = 3_600_000;

/** For how long something may be granted, in hours, and how that is called. */
export const SPANS = [
  { value: '1', label: 'for an hour' },
  { value: '4', label: 'for 4 hours' },
  { value: '24', label: 'for a day' },
  { value: '72', label: 'for 3 days' },
  { value: '167', label: 'for nearly 7 days, the longest' },
];

/** The time at which a span ends that begins now, by the service's clock; null for none. */
export function endOf(hours: string, now: number): string | null {
  return hours === '' ? null : new Date(now + Number(hours) * HOUR).toISOString();
}
