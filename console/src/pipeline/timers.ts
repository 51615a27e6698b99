import { span } from '../parts/time';
import type { RunCheck, Step } from './course';
import { progressOf } from './steps';

/** What the gate saw of a bake last: docs/baking.md. */
export interface Bake {
  endsAt: number | null;
  oneBoxEndsAt: number | null;
  exposed: 'ALL' | 'ONE_BOX' | null;
  dataPoints: number | null;
  minimumDataPoints: number | null;
  reasons: string[];
  observedAt: number | null;
}

type Detail = Record<string, unknown>;

function time(value: unknown): number | null {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function detailOf(value: unknown): Detail {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Detail) : {};
}

const MINUTE = 60_000;

/** When a bake that was not looked at yet is over, by how it is configured. */
function configuredEnd(configuration: unknown): number | null {
  const { bakesFrom, minutes } = detailOf(configuration);
  const from = time(bakesFrom);
  const length = count(minutes);
  return from === null || length === null ? null : from + length * MINUTE;
}

/**
 * Reads what the gate saw of a bake last, and before its first look what is configured; what is not there, or is not
 * what it should be, is null.
 */
export function bakeOf(run: Pick<RunCheck, 'detail'> & { configuration?: unknown }): Bake {
  const configuration = detailOf(run.configuration);
  const detail = detailOf(run.detail);
  const exposed = detail['exposed'];
  const reasons: unknown[] = Array.isArray(detail['reasons']) ? detail['reasons'] : [];
  return {
    endsAt: time(detail['endsAt']) ?? configuredEnd(configuration),
    oneBoxEndsAt: time(detail['oneBoxEndsAt']),
    exposed: exposed === 'ALL' || exposed === 'ONE_BOX' ? exposed : null,
    dataPoints: count(detail['dataPoints']),
    minimumDataPoints: count(detail['minimumDataPoints'] ?? configuration['minimumDataPoints']),
    reasons: reasons.filter((reason) => typeof reason === 'string'),
    observedAt: time(detail['observedAt']),
  };
}

/** The time that is left: `bake 3 h 12 min left`; what is awaited when it is over. */
export function bakeLeft(bake: Bake, now: number): string {
  if (bake.exposed === 'ONE_BOX' && bake.oneBoxEndsAt !== null && bake.oneBoxEndsAt > now) {
    return `one-box ${span(bake.oneBoxEndsAt - now)} left`;
  }
  if (bake.endsAt === null) return 'bakes';
  if (bake.endsAt > now) return `bake ${span(bake.endsAt - now)} left`;
  return isShort(bake) ? 'time is over, data are missing' : 'time is over';
}

function isShort({ dataPoints, minimumDataPoints }: Bake): boolean {
  return minimumDataPoints !== null && (dataPoints ?? 0) < minimumDataPoints;
}

/** `41 of 100 requests`; nothing where none were counted and none are demanded. */
export function bakeData({ dataPoints, minimumDataPoints }: Bake): string | null {
  const seen = dataPoints === null ? null : new Intl.NumberFormat('en-GB').format(dataPoints);
  if (minimumDataPoints !== null && minimumDataPoints > 0)
    return `${seen ?? 0} of ${minimumDataPoints} requests`;
  return seen === null ? null : `${seen} requests`;
}

/** How much of the bake's time is over, from 0 to 1; null where it cannot be told. */
export function bakeShare(
  { startedAt }: Pick<RunCheck, 'startedAt'>,
  bake: Bake,
  now: number,
): number | null {
  const from = Date.parse(startedAt);
  if (bake.endsAt === null || bake.endsAt <= from) return null;
  return Math.min(1, Math.max(0, (now - from) / (bake.endsAt - from)));
}

const DAY = 24 * 3_600_000;

/** A time as short as it is clear: `14:03` today, `Mon 14:03` within six days, `7 Dec 14:03`, with the year if another. */
export function when(at: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const part = (options: Intl.DateTimeFormatOptions, time = at): string =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...zone }).format(time);
  const clock = part({ hour: '2-digit', minute: '2-digit' });
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
  if (part(day) === part(day, now)) return clock;
  if (Math.abs(at - now) < 6 * DAY) return `${part({ weekday: 'short' })} ${clock}`;
  const sameYear = part({ year: 'numeric' }) === part({ year: 'numeric' }, now);
  return `${part(sameYear ? { day: 'numeric', month: 'short' } : day)} ${clock}`;
}

function about(at: string | null | undefined, now: number): string | null {
  return at === null || at === undefined ? null : when(Date.parse(at), now);
}

function watchedLines(step: Step, now: number): string[] {
  if (step.bake === null || step.bake.status !== 'RUNNING') return checksLine(step);
  const bake = bakeOf(step.bake);
  const data = bakeData(bake);
  return [bakeLeft(bake, now), ...(data === null ? [] : [data])];
}

function checksLine({ checks }: Step): string[] {
  const ended = checks.filter(({ status }) => status !== 'RUNNING').length;
  return checks.length === 0 ? [] : [`${ended} of ${checks.length} checks ended`];
}

function waitingLines(step: Step, now: number, clearsAt: string | null): string[] {
  const entering = step.stages.flatMap(({ actions }) => actions.nodes).find(({ kind }) => kind === 'ENTER');
  const since = entering?.startedAt ?? step.stages[0]?.startedAt;
  const waited = since === null || since === undefined ? [] : [`waits for ${span(now - Date.parse(since))}`];
  const clears = clearsAt ?? step.forecast?.entersAt;
  return [...waited, ...(clears ? [`may enter about ${when(Date.parse(clears), now)}`] : [])];
}

function comingLines({ forecast }: Step, now: number): string[] {
  if (forecast === null) return [];
  const enters = about(forecast.entersAt, now);
  return [enters === null ? 'nobody can tell when' : `enters about ${enters}`];
}

function deployingLines(step: Step, now: number): string[] {
  const { done, total } = progressOf(step);
  const reached = about(step.forecast?.reachedAt, now);
  return [
    ...(total > 0 ? [`${done} of ${total} environments`] : []),
    ...(reached === null ? [] : [`all about ${reached}`]),
  ];
}

function endedLines(step: Step, now: number): string[] {
  const ended = step.stages.map(({ endedAt }) => endedAt).findLast((at) => at !== null);
  return ended ? [`since ${when(Date.parse(ended), now)}`] : [];
}

function runningLines({ stages }: Step, now: number): string[] {
  const since = stages[0]?.startedAt;
  return since ? [`for ${span(now - Date.parse(since))}`] : [];
}

/**
 * What a step has to say beside its state, two lines at most, at the service's time.
 *
 * clearsAt: when what holds it back is expected to clear, where somebody has said so.
 */
export function linesOf(step: Step, now: number, clearsAt: string | null = null): string[] {
  switch (step.state) {
    case 'WATCHED':
      return watchedLines(step, now);
    case 'WAITING':
      return waitingLines(step, now, clearsAt);
    case 'DEPLOYING':
      return deployingLines(step, now);
    case 'COMING':
      return comingLines(step, now);
    case 'APPROVAL':
      return ['a person is to approve'];
    case 'IN_PROGRESS':
      return runningLines(step, now);
    case 'ABSENT':
      return [];
    default:
      return endedLines(step, now);
  }
}
