import { listOf, oneOf, type UrlChanges } from '../parts/url';
import { type Measure, MEASURES } from './measures';

export const RANGES = [7, 14, 30, 90, 180, 366] as const;
export const GROUPINGS = ['SERVICE', 'TEAM', 'STAGE'] as const;
/** What may be opened of a measure: those that count, those without a value, all of a rate. */
export const BEHINDS = ['deliveries', 'unknown', 'sample'] as const;
export const TABS = ['measures', 'builds', 'checks', 'safety'] as const;

export type Grouping = (typeof GROUPINGS)[number];
export type Behind = (typeof BEHINDS)[number];
export type Interval = 'DAY' | 'WEEK';

/** What is looked at, as the address says it. */
export interface Choice {
  tab: (typeof TABS)[number];
  days: number;
  /** Days in UTC, instead of so many days until now. */
  since: string | null;
  until: string | null;
  team: string | null;
  services: string[];
  stage: string | null;
  productionOnly: boolean;
  by: Interval;
  group: Grouping;
  measure: Measure;
}

const DAY = 24 * 60 * 60 * 1_000;
const LONGEST = 366;
const MOST_DAYS_OF_SERIES = 92;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

function dateOf(given: string | null): string | null {
  return given !== null && DATE.test(given) && !Number.isNaN(Date.parse(given)) ? given : null;
}

/** Reads the choice from the address; what it says wrongly is as if it said nothing. */
export function choiceOf(parameters: URLSearchParams): Choice {
  const days = RANGES.find((each) => String(each) === parameters.get('days')) ?? 30;
  const since = dateOf(parameters.get('since'));
  const until = dateOf(parameters.get('until'));
  const ordered = since === null || until === null || since <= until;
  return {
    tab: oneOf(parameters.get('tab'), TABS),
    days,
    since: ordered ? since : null,
    until: ordered ? until : null,
    team: parameters.get('team'),
    services: listOf(parameters.get('services')),
    stage: parameters.get('stage'),
    productionOnly: parameters.get('production') !== 'off',
    by: parameters.get('by') === 'week' ? 'WEEK' : 'DAY',
    group: oneOf(parameters.get('group')?.toUpperCase() ?? null, GROUPINGS),
    measure: oneOf(parameters.get('measure'), MEASURES),
  };
}

/** The window that is looked at: whole days in UTC, so that it stays the same for a day; open at its end by default. */
export function windowOf({ days, since, until }: Choice, now: number): { from: string; to: string | null } {
  const today = Math.floor(now / DAY) * DAY;
  const end = until === null ? null : Date.parse(until) + DAY;
  const last = end ?? today + DAY;
  const first = since === null ? last - days * DAY : Date.parse(since);
  const from = Math.max(first, last - LONGEST * DAY);
  return { from: iso(from), to: end === null || end > now ? null : iso(end) };
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Weeks where there would be more days than a series may have. */
export function intervalOf(
  { by }: Choice,
  { from, to }: { from: string; to: string | null },
  now: number,
): Interval {
  const days = ((to === null ? now : Date.parse(to)) - Date.parse(from)) / DAY;
  return days > MOST_DAYS_OF_SERIES ? 'WEEK' : by;
}

/** The graph's filter for a choice. A stage says by itself whether it is production. */
export function filterOf({ services, team, stage, productionOnly }: Choice) {
  return {
    services: services.length === 0 ? null : services,
    team,
    stage,
    productionOnly: stage === null && productionOnly,
  };
}

/** What the address says is open behind a number. */
export interface Opened {
  measure: Measure;
  behind: Behind;
  atLeastSeconds: number | null;
  belowSeconds: number | null;
  /** Of one point of the series: its beginning and end. */
  from: string | null;
  to: string | null;
}

function numberOf(given: string | null): number | null {
  const value = given === null || given === '' ? Number.NaN : Number(given);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

function instantOf(given: string | null): string | null {
  return given !== null && !Number.isNaN(Date.parse(given)) ? given : null;
}

/** What is open behind which number; nothing when the address does not say. */
export function openedOf(parameters: URLSearchParams): Opened | undefined {
  const open = parameters.get('open');
  if (open === null) return undefined;
  return {
    measure: choiceOf(parameters).measure,
    behind: oneOf(open, BEHINDS),
    atLeastSeconds: numberOf(parameters.get('atLeast')),
    belowSeconds: numberOf(parameters.get('below')),
    from: instantOf(parameters.get('pointFrom')),
    to: instantOf(parameters.get('pointTo')),
  };
}

/** The changes of the address that open what is behind a number. */
export function opening(opened: Partial<Opened> & Pick<Opened, 'measure'>): UrlChanges {
  const { measure, behind = 'deliveries', atLeastSeconds, belowSeconds, from, to } = opened;
  return {
    measure,
    open: behind,
    atLeast: atLeastSeconds === null || atLeastSeconds === undefined ? undefined : String(atLeastSeconds),
    below: belowSeconds === null || belowSeconds === undefined ? undefined : String(belowSeconds),
    pointFrom: from ?? undefined,
    pointTo: to ?? undefined,
  };
}

/** The changes of the address that close it. */
export const CLOSING: UrlChanges = {
  open: undefined,
  atLeast: undefined,
  below: undefined,
  pointFrom: undefined,
  pointTo: undefined,
};

/** The flags of the document `Behind` for what is open: exactly one is true. */
export function flagsOf({ measure, behind }: Pick<Opened, 'measure' | 'behind'>) {
  const unknown = behind === 'unknown';
  const rate = measure === 'changeFailRate' || measure === 'deploymentReworkRate';
  const sample = rate && behind === 'sample';
  return {
    leadTime: measure === 'changeLeadTime' && !unknown,
    leadTimeUnknown: measure === 'changeLeadTime' && unknown,
    frequency: measure === 'deploymentFrequency',
    failed: measure === 'changeFailRate' && !sample,
    sample,
    recovery: measure === 'failedDeploymentRecoveryTime' && !unknown,
    recoveryUnknown: measure === 'failedDeploymentRecoveryTime' && unknown,
    rework: measure === 'deploymentReworkRate' && !sample,
  };
}
