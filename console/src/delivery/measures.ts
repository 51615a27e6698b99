import { span } from '../parts/time';

/** DORA's five measures, in the order in which they are shown. */
export const MEASURES = [
  'changeLeadTime',
  'deploymentFrequency',
  'changeFailRate',
  'failedDeploymentRecoveryTime',
  'deploymentReworkRate',
] as const;
export type Measure = (typeof MEASURES)[number];
export type Unit = 'SECONDS' | 'SHARE' | 'PER_DAY';

interface Meaning {
  title: string;
  unit: Unit;
  /** The unit, in words. */
  words: string;
  sentence: string;
}

/** What each measure is, as dora.dev and docs/delivery.md define it. */
export const MEANINGS: Readonly<Record<Measure, Meaning>> = {
  changeLeadTime: {
    title: 'Change lead time',
    unit: 'SECONDS',
    words: 'median time from commit to first deployment',
    sentence: "From a revision's commit until the first environment had succeeded.",
  },
  deploymentFrequency: {
    title: 'Deployment frequency',
    unit: 'PER_DAY',
    words: 'how often a revision is delivered',
    sentence: 'How often a revision was delivered: it succeeded in at least one environment.',
  },
  changeFailRate: {
    title: 'Change fail rate',
    unit: 'SHARE',
    words: 'of deliveries failed',
    sentence: 'The share of deliveries with evidence of failure.',
  },
  failedDeploymentRecoveryTime: {
    title: 'Failed deployment recovery time',
    unit: 'SECONDS',
    words: 'median time until all was well again',
    sentence: 'From the first evidence of failure until the last of its environments was well again.',
  },
  deploymentReworkRate: {
    title: 'Deployment rework rate',
    unit: 'SHARE',
    words: 'of deliveries were unplanned',
    sentence: "The share of deliveries that were rollbacks, or an incident's fix.",
  },
};

const FEW = 10;

function plainly(value: number): string {
  return value >= FEW ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

/** A value with its unit; what has no data says so, and is never zero. */
export function formatted(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return 'No data';
  if (unit === 'SECONDS') return span(value * 1_000);
  if (unit === 'SHARE') return `${plainly(value * 100)} %`;
  return perDay(value);
}

/** A frequency in the words in which people speak of it: `3.2 a day`, `1.4 a week`, `2 in 30 days`. */
function perDay(value: number): string {
  if (value >= 1 || value === 0) return `${plainly(value)} a day`;
  if (value * 7 >= 1) return `${plainly(value * 7)} a week`;
  return `${plainly(value * 30)} in 30 days`;
}

/** What a measure's numbers of samples say. */
export interface Sampled {
  sampleSize?: number;
  count?: number;
  unknownCount?: number;
  rollbackCount?: number;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Of how many a value is, in words. */
export function sampleSentence(unit: Unit, { sampleSize = 0, count = 0 }: Sampled): string {
  if (unit === 'SHARE') return `${count} of ${counted(sampleSize, 'delivery', 'deliveries')}`;
  if (unit === 'PER_DAY') return counted(count, 'delivery', 'deliveries');
  return `of ${counted(sampleSize, 'delivery', 'deliveries')}`;
}

/** A bucket of a histogram, in words: `under 15 min`, `15 min to 1 h`, `30 d and more`. */
export function bucketName({
  fromSeconds,
  toSeconds,
}: {
  fromSeconds: number;
  toSeconds: number | null;
}): string {
  if (toSeconds === null) return `${span(fromSeconds * 1_000)} and more`;
  if (fromSeconds === 0) return `under ${span(toSeconds * 1_000)}`;
  return `${span(fromSeconds * 1_000)} to ${span(toSeconds * 1_000)}`;
}

interface Point {
  value: number | null;
  count: number;
  sampleSize: number;
}

type Half = (points: readonly Point[]) => number | undefined;

function sumOf(points: readonly Point[], of: (point: Point) => number): number {
  return points.reduce((sum, point) => sum + of(point), 0);
}

/** One value for a part of a series: a share of all its deliveries, how many a day, the mean of its medians. */
const HALVES: Readonly<Record<Unit, Half>> = {
  SHARE: (points) => {
    const of = sumOf(points, ({ sampleSize }) => sampleSize);
    return of === 0 ? undefined : sumOf(points, ({ count }) => count) / of;
  },
  PER_DAY: (points) =>
    points.length === 0 ? undefined : sumOf(points, ({ count }) => count) / points.length,
  SECONDS: (points) => {
    const known = points.filter(({ value }) => value !== null);
    return known.length === 0 ? undefined : sumOf(known, ({ value }) => value!) / known.length;
  },
};

/** How the later half of a series compares with the earlier; nothing where one has no data. */
export function trendOf(
  points: readonly Point[],
  unit: Unit,
): { earlier: number; later: number } | undefined {
  const middle = Math.floor(points.length / 2);
  const earlier = HALVES[unit](points.slice(0, middle));
  const later = HALVES[unit](points.slice(middle));
  return earlier === undefined || later === undefined ? undefined : { earlier, later };
}

/** A trend in words, without judging it. `days`: how many a point of the series has. */
export function trendSentence(points: readonly Point[], unit: Unit, days = 1): string {
  const trend = trendOf(points, unit);
  if (trend === undefined) return 'No trend: one half of the time has no data';
  const each = unit === 'PER_DAY' ? days : 1;
  const [before, after] = [formatted(trend.earlier / each, unit), formatted(trend.later / each, unit)];
  if (before === after) return `Steady at ${after}`;
  return `${trend.later > trend.earlier ? 'Up' : 'Down'} from ${before} to ${after}`;
}

/** A day of a series: `27 Jan`. Days and weeks are UTC's. */
export function dayName(from: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    Date.parse(from),
  );
}
