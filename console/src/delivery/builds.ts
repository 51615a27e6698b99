import type { LoggedEvent } from '../graph/live';
import { groupBy } from '../parts/groupBy';
import type { ActionsQuery, BrokenPipelinesQuery, ExecutionsQuery } from './Builds.generated';

export type Execution = ExecutionsQuery['executions']['nodes'][number];
export type Pipeline = BrokenPipelinesQuery['pipelines']['nodes'][number];
export type Run = Pipeline['executions']['nodes'][number];

const DAY = 24 * 60 * 60 * 1_000;
const MOST_DAYS = 92;

/** What becomes of executions, in the order in which it is stacked. */
export const OUTCOMES = ['SUCCEEDED', 'FAILED', 'STOPPED', 'SUPERSEDED', 'IN_PROGRESS'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const OUTCOME_OF: Readonly<Record<string, Outcome>> = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  STOPPED: 'STOPPED',
  STOPPING: 'STOPPED',
  CANCELED: 'STOPPED',
  ABANDONED: 'STOPPED',
  SUPERSEDED: 'SUPERSEDED',
};

/** Executions that began in a day of UTC, counted, and how long those that succeeded took. */
export interface BuildDay {
  day: string;
  counts: Readonly<Record<Outcome, number>>;
  total: number;
  /** The median of those that succeeded, in seconds; null without any. */
  medianSeconds: number | null;
}

/** The value at a share of the sorted values, by nearest rank: one that was measured. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** How long something took in seconds; nothing while it goes on, or where its times are not known. */
export function secondsOf({
  startedAt,
  endedAt,
}: {
  startedAt: string | null;
  endedAt: string | null;
}): number | null {
  if (startedAt === null || endedAt === null) return null;
  return Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000);
}

/** The executions that began in a window. */
export function within(executions: readonly Execution[], from: string, to: string | null): Execution[] {
  const [begin, end] = [Date.parse(from), to === null ? Infinity : Date.parse(to)];
  return executions.filter(({ startedAt }) => {
    const at = startedAt === null ? Number.NaN : Date.parse(startedAt);
    return at >= begin && at < end;
  });
}

/** Every day of a window, or every seventh where there are too many, with the executions that began in it. */
export function daysOf(executions: readonly Execution[], from: string, to: number): BuildDay[] {
  const begin = Math.floor(Date.parse(from) / DAY) * DAY;
  const step = (to - begin) / DAY > MOST_DAYS ? 7 * DAY : DAY;
  const groups = groupBy(executions, ({ startedAt }) => Math.floor((Date.parse(startedAt!) - begin) / step));
  const days: BuildDay[] = [];
  for (let at = begin; at < to; at += step) {
    days.push(dayOf(new Date(at).toISOString(), groups.get((at - begin) / step) ?? []));
  }
  return days;
}

function dayOf(day: string, executions: readonly Execution[]): BuildDay {
  const counts = { SUCCEEDED: 0, FAILED: 0, STOPPED: 0, SUPERSEDED: 0, IN_PROGRESS: 0 };
  for (const { status } of executions) counts[OUTCOME_OF[status] ?? 'IN_PROGRESS'] += 1;
  const took = executions.filter(({ status }) => status === 'SUCCEEDED').map(secondsOf);
  return {
    day,
    counts,
    total: executions.length,
    medianSeconds: percentile(
      took.filter((each) => each !== null),
      0.5,
    ),
  };
}

/** A pipeline whose last revision failed. */
export interface Broken {
  pipeline: string;
  service: string | undefined;
  team: string | undefined;
  latest: Run;
  /** When the first that failed since the last success ended. */
  since: string | null;
  /** How many failed since then. */
  failures: number;
  /** There may be more failures than were asked for. */
  longer: boolean;
  cause: string | undefined;
  deploymentId: string | undefined;
}

/**
 * The failures since a pipeline's last success, the newest first; none when it is not broken.
 *
 * A rollback neither breaks a pipeline nor repairs it, and what goes on, was stopped or was overtaken says nothing.
 */
export function failuresOf(runs: readonly Run[]): Run[] {
  const telling = runs.filter(
    ({ kind, status }) => kind === 'STANDARD' && ['FAILED', 'SUCCEEDED'].includes(status),
  );
  const good = telling.findIndex(({ status }) => status === 'SUCCEEDED');
  return good < 0 ? telling : telling.slice(0, good);
}

/** The broken pipelines, those that broke last first. */
export function brokenOf(pipelines: readonly Pipeline[]): Broken[] {
  return pipelines
    .flatMap(({ name, service, executions: { nodes } }): Broken[] => {
      const failures = failuresOf(nodes);
      const [latest] = failures;
      if (latest === undefined) return [];
      const failure = latest.failures.nodes[0];
      return [
        {
          pipeline: name,
          service: service?.name,
          team: service?.team?.name,
          latest,
          since: failures.at(-1)!.endedAt,
          failures: failures.length,
          longer:
            nodes.length >= 20 &&
            !nodes.some(({ kind, status }) => kind === 'STANDARD' && status === 'SUCCEEDED'),
          cause: failure?.cause,
          deploymentId: failure?.deployment?.id,
        },
      ];
    })
    .sort((one, other) => (other.since ?? '').localeCompare(one.since ?? ''));
}

/** How long an action takes, over the executions that were looked at. */
export interface ActionTime {
  key: string;
  pipeline: string;
  service: string | undefined;
  stage: string;
  action: string;
  runs: number;
  medianSeconds: number;
  slowestSeconds: number;
}

/** What only waits is no work: entering a wave, and its checks, bake for hours by design. */
const WAITS = new Set(['ENTER', 'VALIDATE']);

/** The actions that take longest, of those that succeeded, by their median. */
export function slowestActions(data: ActionsQuery | undefined, most = 15): ActionTime[] {
  const timed = (data?.executions.nodes ?? []).flatMap(({ pipeline, stages }) =>
    stages.nodes.flatMap((stage) =>
      stage.actions.nodes.flatMap((action) => {
        const seconds = secondsOf(action);
        if (seconds === null || action.status !== 'SUCCEEDED' || WAITS.has(action.kind)) return [];
        return [
          {
            pipeline: pipeline.name,
            service: pipeline.service?.name,
            stage: stage.name,
            action: action.name,
            seconds,
          },
        ];
      }),
    ),
  );
  return [...groupBy(timed, ({ pipeline, stage, action }) => `${pipeline} ${stage} ${action}`)]
    .map(([key, runs]) => {
      const { seconds: _, ...named } = runs[0]!;
      const took = runs.map(({ seconds }) => seconds);
      return {
        ...named,
        key,
        runs: runs.length,
        medianSeconds: percentile(took, 0.5)!,
        slowestSeconds: Math.max(...took),
      };
    })
    .sort((one, other) => other.medianSeconds - one.medianSeconds)
    .slice(0, most);
}

const BREAKING = new Set([
  'execution.changed',
  'failure.explained',
  'pipeline.discovered',
  'pipeline.registered',
  'configuration.changed',
]);

/** Whether an event may change which pipelines are broken, why, or whose they are. */
export function touchesBroken({ type }: Pick<LoggedEvent, 'type'>): boolean {
  return BREAKING.has(type);
}
