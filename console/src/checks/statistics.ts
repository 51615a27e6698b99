import type { CheckRunStatus } from './checks.generated';

/** A run of a check, as far as its outcome is concerned. */
export interface Outcome {
  id: string;
  status: CheckRunStatus;
  subject: string;
  startedAt: string;
  endedAt: string | null;
  execution: { revision: string | null; pipeline: { service: { name: string } | null } };
}

export interface Statistics {
  runs: number;
  passed: number;
  failed: number;
  /** Without a verdict: errored, timed out, inconclusive. */
  errored: number;
  /** Of the revisions that it looked at several times on one subject, the share on which its outcomes differ. */
  flakeRate: number | null | undefined;
  medianSeconds: number | null | undefined;
  p95Seconds: number | null | undefined;
}

const NO_VERDICT = new Set<CheckRunStatus>(['ERRORED', 'TIMED_OUT', 'INCONCLUSIVE']);
const SAYS_NOTHING = new Set<CheckRunStatus>(['RUNNING', 'CANCELLED']);

/** How long a run took, in seconds; nothing while it runs. */
export function secondsOf({
  startedAt,
  endedAt,
}: Pick<Outcome, 'startedAt' | 'endedAt'>): number | undefined {
  return endedAt === null ? undefined : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000;
}

/** The value below or at which that share of the values is, by nearest rank: one that was measured. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** By the rule of docs/checks.md; nothing while no revision was looked at twice on one subject. */
export function flakeRateOf(outcomes: readonly Outcome[]): number | undefined {
  const seen = new Map<string, CheckRunStatus[]>();
  for (const { execution, subject, status } of outcomes) {
    const key = JSON.stringify([execution.pipeline.service?.name, execution.revision, subject]);
    seen.set(key, [...(seen.get(key) ?? []), status]);
  }
  const several = [...seen.values()].filter((statuses) => statuses.length > 1);
  if (several.length === 0) return undefined;
  return several.filter((statuses) => new Set(statuses).size > 1).length / several.length;
}

/** What runs come to. Those that go on, and those that were left, say nothing. */
export function statisticsOf(runs: readonly Outcome[]): Statistics {
  const ended = runs.filter(({ status }) => !SAYS_NOTHING.has(status));
  const seconds = ended.map(secondsOf).filter((each): each is number => each !== undefined);
  const count = (wanted: (status: CheckRunStatus) => boolean): number =>
    ended.filter(({ status }) => wanted(status)).length;
  return {
    runs: ended.length,
    passed: count((status) => status === 'PASSED'),
    failed: count((status) => status === 'FAILED'),
    errored: count((status) => NO_VERDICT.has(status)),
    flakeRate: flakeRateOf(ended),
    medianSeconds: percentile(seconds, 0.5),
    p95Seconds: percentile(seconds, 0.95),
  };
}

/** Each service's and subject's latest run, the newest first. */
export function latestOf<Run extends Outcome>(runs: readonly Run[]): Run[] {
  const latest = new Map<string, Run>();
  for (const run of newestFirst(runs)) {
    const key = JSON.stringify([run.execution.pipeline.service?.name, run.subject]);
    if (!latest.has(key)) latest.set(key, run);
  }
  return [...latest.values()];
}

/** Runs by their start, the newest first. */
export function newestFirst<Run extends { startedAt: string }>(runs: readonly Run[]): Run[] {
  return [...runs].sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
}

/** How many runs are in each status, in the order in which statuses matter: what failed first. */
export function countsOf(runs: readonly Pick<Outcome, 'status'>[]): [CheckRunStatus, number][] {
  const order: CheckRunStatus[] = [
    'FAILED',
    'ERRORED',
    'TIMED_OUT',
    'INCONCLUSIVE',
    'RUNNING',
    'PASSED',
    'CANCELLED',
  ];
  return order
    .map((status): [CheckRunStatus, number] => [status, runs.filter((run) => run.status === status).length])
    .filter(([, count]) => count > 0);
}

/** A share as a percentage that a person reads: `4 %`; `–` where nothing is known. */
export function percent(share: number | null | undefined): string {
  return share == null ? '–' : `${Math.round(share * 1_000) / 10} %`;
}
