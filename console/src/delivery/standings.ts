import type { CheckStandingsQuery } from './Standings.generated';
import { formatted } from './measures';

export type Standing = CheckStandingsQuery['checkStatistics'][number];
export const ORDERS = ['FLAKIEST', 'SLOWEST', 'FAILING'] as const;
export type Order = (typeof ORDERS)[number];

/** The most days that statistics of checks look at. */
const MOST_DAYS = 366;

/** What each order puts first, in words. */
export const ORDER_SENTENCES: Readonly<Record<Order, string>> = {
  FLAKIEST: 'Those that contradict themselves most often on one revision come first.',
  SLOWEST: 'Those that take longest, by the median, come first.',
  FAILING: 'Those that say no most often come first.',
};

/** The share of runs that said no, of those that said anything. */
export function failRate({
  passed,
  failed,
}: Pick<Standing['statistics'], 'passed' | 'failed'>): number | null {
  const said = passed + failed;
  return said === 0 ? null : failed / said;
}

/** `3 of 40`, with its share; no data where nothing was said. */
export function failSentence(statistics: Standing['statistics']): string {
  const rate = failRate(statistics);
  if (rate === null) return 'No data';
  return `${formatted(rate, 'SHARE')} (${statistics.failed} of ${statistics.passed + statistics.failed})`;
}

/** How often it contradicts itself; nothing where no revision was looked at twice. */
export function flakeSentence({ flakeRate }: Standing['statistics']): string {
  return flakeRate === null ? 'Never looked twice' : formatted(flakeRate, 'SHARE');
}

/** The days that are asked for: those of the address, as many as are allowed. */
export function daysAsked(days: number): number {
  return Math.min(days, MOST_DAYS);
}
