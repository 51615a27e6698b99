import type { LoggedEvent } from '../graph/live';
import type { ScoreQuery, ScoresQuery, WaiversQuery } from './Safety.generated';

export type ServiceScore = ScoresQuery['safety'][number];
export type Point = NonNullable<NonNullable<ScoreQuery['service']>['safety']>['points'][number];
export type Waiver = WaiversQuery['waivers']['nodes'][number];

const DAY = 24 * 60 * 60 * 1_000;
/** A waiver ends 90 days from now at most: docs/safety-score.md. */
export const LONGEST_WAIVER_DAYS = 90;

/** The share of its points that a service has, in per cent; all of none is all. */
export function percentOf({ score, of }: ServiceScore['safety']): number {
  return of === 0 ? 100 : Math.floor((score / of) * 100);
}

/** What is missing first, the heaviest above; then what is waived; then what is met. */
export function inOrder(points: readonly Point[]): Point[] {
  const rank = (point: Point): number => (point.met ? 2 : isWaived(point) ? 1 : 0);
  return [...points].sort((one, other) => rank(one) - rank(other) || other.of - one.of);
}

/** Whether a waiver in force allows it to be missing. */
export function isWaived({ met, waiver }: Point): boolean {
  return !met && waiver !== null && !waiver.expired;
}

/** The rule's name for a person: `First wave bake`. */
export function ruleName(rule: string): string {
  const words = rule.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Waivers that are in force, the next to end first. */
export function inForce(waivers: readonly Waiver[], now: number): Waiver[] {
  return waivers
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now)
    .sort((one, other) => one.expiresAt.localeCompare(other.expiresAt));
}

/** Whose rule a waiver is about, in words. */
export function scopeOf({ service, stage, wave }: Pick<Waiver, 'service' | 'stage' | 'wave'>): string {
  if (service) return service.name;
  if (wave) return `all that pass wave ${wave.name}`;
  return `all that pass stage ${stage?.name ?? ''}`;
}

/** When a waiver of so many days ends, or what is wrong with what was typed. */
export function endOf(typed: string, now: number): { expiresAt?: string; error?: string } {
  const days = Number(typed.trim());
  if (typed.trim() === '' || !Number.isInteger(days) || days < 1 || days > LONGEST_WAIVER_DAYS) {
    return { error: `Give a whole number of days from 1 to ${LONGEST_WAIVER_DAYS}.` };
  }
  return { expiresAt: new Date(now + days * DAY).toISOString() };
}

/** What granting a waiver does. */
export function grantSentences(service: string, point: Point): string[] {
  return [
    `${ruleName(point.rule)} may be missing for ${service}: ${point.missing ?? point.sentence}`,
    'It gives no points: the score stays, and the rule is shown as waived.',
    'When it has expired nothing is undone, and the rule is missing like any other.',
  ];
}

/** Whether an event may change a score or a waiver. */
export function touchesSafety({ type }: LoggedEvent): boolean {
  return (
    type === 'safety.changed' ||
    type.startsWith('waiver.') ||
    type === 'configuration.changed' ||
    type === 'pipeline.registered' ||
    type === 'pipeline.stale' ||
    type === 'pipeline.current'
  );
}
