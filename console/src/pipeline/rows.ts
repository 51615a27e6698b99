import type { ListedExecutionFragment, PipelinesQuery } from './pipelines.generated';

export type ListedService = PipelinesQuery['services']['nodes'][number];

/** A line of the table of pipelines. */
export interface Row {
  service: string;
  repository: string;
  team: string;
  /** Null where the service has no pipeline. */
  arn: string | null;
  latest: ListedExecutionFragment | null;
  state: RowState;
  /** CodePipeline's stage in which the latest is, or was last. */
  stage: string | null;
  /** The environment that the execution that goes on has before it. */
  ahead: string | null;
  failingSince: string | null;
  /** Whether it has failed for longer than is known. */
  failingLonger: boolean;
  staleAt: string | null;
}

/** Where a pipeline stands, as its filter names it. */
export type RowState = 'running' | 'failing' | 'idle' | 'none';

type Execution = Pick<ListedExecutionFragment, 'kind' | 'status' | 'startedAt' | 'endedAt'>;

const SAYS_NOTHING = new Set(['IN_PROGRESS', 'STOPPING', 'SUPERSEDED', 'STOPPED', 'CANCELED', 'ABANDONED']);

/**
 * Since when a pipeline is failing: the first failure behind its last success; a rollback is neither. What has not
 * ended, or was stopped, says nothing.
 *
 * executions: the newest first. longer: whether there may be an earlier failure than those that are known.
 */
export function failingOf(
  executions: readonly Execution[],
  complete: boolean,
): { since: string | null; longer: boolean } {
  let since: string | null = null;
  for (const { kind, status, startedAt, endedAt } of executions) {
    if (kind === 'ROLLBACK' || SAYS_NOTHING.has(status)) continue;
    if (status !== 'FAILED') return { since, longer: false };
    since = endedAt ?? startedAt;
  }
  return { since, longer: since !== null && !complete };
}

const KNOWN = 8;

/** The line of a service. */
export function rowOf({ name, repository, team, pipelines }: ListedService): Row {
  const pipeline = pipelines.nodes[0];
  const executions = pipeline?.executions.nodes ?? [];
  const latest = executions.find(({ kind }) => kind !== 'ROLLBACK') ?? executions[0] ?? null;
  const running = pipeline?.running.nodes[0];
  const failing = failingOf(executions, executions.length < KNOWN);
  return {
    service: name,
    repository,
    team: team?.name ?? '',
    arn: pipeline?.arn ?? null,
    latest,
    state: stateOf(pipeline !== undefined, running !== undefined, failing.since),
    stage: latest?.stages.nodes[0]?.name ?? null,
    ahead: running?.deployments.nodes[0]?.environment.name ?? null,
    failingSince: failing.since,
    failingLonger: failing.longer,
    staleAt: pipeline?.staleAt ?? null,
  };
}

function stateOf(exists: boolean, running: boolean, failingSince: string | null): RowState {
  if (!exists) return 'none';
  if (running) return 'running';
  return failingSince === null ? 'idle' : 'failing';
}

export interface Filter {
  text: string;
  team: string;
  state: string;
}

/** The filter that an address holds; what it does not name filters nothing. */
export function filterOf(parameters: URLSearchParams): Filter {
  return {
    text: parameters.get('text') ?? '',
    team: parameters.get('team') ?? '',
    state: parameters.get('state') ?? '',
  };
}

/** The address of a filter: without what filters nothing. */
export function parametersOf(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}

function hasText({ service, repository, latest }: Row, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [service, repository, latest?.revision, latest?.commitMessage, latest?.author]
    .join(' ')
    .toLowerCase();
  return words.every((word) => all.includes(word));
}

function isIn(row: Row, state: string): boolean {
  if (state === 'failing') return row.failingSince !== null;
  if (state === 'stale') return row.staleAt !== null;
  return row.state === state;
}

/** The lines that pass a filter. Failing are those that fail, whether or not a newer execution goes on. */
export function filtered(rows: readonly Row[], { text, team, state }: Filter): Row[] {
  return rows.filter(
    (row) => hasText(row, text) && (team === '' || row.team === team) && (state === '' || isIn(row, state)),
  );
}
