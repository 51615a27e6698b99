import type { LoggedEvent } from '../graph/live';
import type { Problem } from '../graph/problem';
import type { FleetQuery } from './fleet.generated';

export type FleetRow = FleetQuery['fleet'][number];
export type FleetCell = FleetRow['cells'][number];

/** Names of services, or all of them. */
export type Services = ReadonlySet<string> | 'all';

/** What is shown: it is replaced only by an answer, never by a touch, so that a busy log draws nothing anew by itself. */
export interface Shown {
  /** By the service's name; nothing before the first answer. */
  rows: ReadonlyMap<string, FleetRow> | undefined;
  /** When a cell became other than it was, by `cellKey`, on the page's own clock. */
  changed: ReadonlyMap<string, number>;
  problem: Problem | undefined;
}

export interface FleetState {
  shown: Shown;
  /** Whose rows may not be true any more, and are not being asked for. */
  touched: Services;
  /** Whose rows are being asked for. */
  looking: Services | undefined;
}

export type FleetAction =
  | { type: 'touched'; services: Services }
  | { type: 'asked' }
  | { type: 'answered'; rows: readonly FleetRow[]; at: number }
  | { type: 'failed'; problem: Problem };

/** Milliseconds for which a change is marked. */
export const MARKED = 5_000;

/** More touched services than this are asked for as all: the list would be longer than it is worth. */
export const MOST_NAMED = 100;

const NONE: ReadonlySet<string> = new Set();

export const BEGINNING: FleetState = {
  shown: { rows: undefined, changed: new Map(), problem: undefined },
  touched: 'all',
  looking: undefined,
};

export function cellKey(service: string, environment: string): string {
  return `${service}\n${environment}`;
}

function together(one: Services, other: Services): Services {
  if (one === 'all' || other === 'all') return 'all';
  if (other.size === 0) return one;
  const all = new Set([...one, ...other]);
  return all.size > MOST_NAMED ? 'all' : all;
}

/** The variable of the query that asks for them: null stands for all. */
export function asVariable(services: Services): string[] | null {
  return services === 'all' ? null : [...services].sort();
}

const SHOWN_OF_A_CELL = ['deploymentId', 'status', 'revision', 'deployedRevision'] as const;

function changedCells(before: FleetRow | undefined, after: FleetRow): string[] {
  if (before === undefined) return [];
  const known = new Map(before.cells.map((cell) => [cell.environment, cell]));
  return after.cells
    .filter((cell) => {
      const old = known.get(cell.environment);
      return old !== undefined && SHOWN_OF_A_CELL.some((field) => old[field] !== cell[field]);
    })
    .map((cell) => cellKey(after.service, cell.environment));
}

/** Field by field: a busy log compares all rows once a second, and frames wait meanwhile. */
function same(one: FleetRow, other: FleetRow): boolean {
  const { cells, ...row } = one;
  return (
    isLike(row, other) &&
    cells.length === other.cells.length &&
    cells.every((cell, index) => isLike(cell, other.cells[index]!))
  );
}

/** Whether each field of one is also the other's. */
function isLike<Fields extends object>(one: Fields, other: Fields): boolean {
  return (Object.keys(one) as (keyof Fields)[]).every((field) => one[field] === other[field]);
}

/** Rows are replaced whole; a row that is the same stays the same object, so nothing of it is drawn again. */
function answered(shown: Shown, asked: Services, rows: readonly FleetRow[], at: number): Shown {
  const before = shown.rows ?? new Map<string, FleetRow>();
  const after = new Map(asked === 'all' ? [] : before);
  if (asked !== 'all') for (const service of asked) after.delete(service);
  const changed = new Map([...shown.changed].filter(([, since]) => at - since < MARKED));
  for (const row of rows) {
    const old = before.get(row.service);
    const unchanged = old !== undefined && same(old, row);
    after.set(row.service, unchanged ? old : row);
    if (!unchanged) for (const key of changedCells(old, row)) changed.set(key, at);
  }
  return { rows: after, changed, problem: undefined };
}

/**
 * What is known of the fleet, and what must be asked for.
 *
 * A look asks for what was touched before it began. What is touched during it stays touched, and a look that failed leaves
 * all touched: so once nothing is touched and nothing is being asked for, what is shown is what a reload would show.
 */
export function fleetReducer(state: FleetState, action: FleetAction): FleetState {
  switch (action.type) {
    case 'touched':
      return { ...state, touched: together(state.touched, action.services) };
    case 'asked':
      return { ...state, looking: state.touched, touched: NONE };
    case 'answered': {
      const asked = state.looking ?? 'all';
      return { ...state, looking: undefined, shown: answered(state.shown, asked, action.rows, action.at) };
    }
    case 'failed':
      return {
        shown: { ...state.shown, problem: action.problem },
        looking: undefined,
        touched: 'all',
      };
  }
}

const OF_A_SERVICE = new Set([
  'deployment.changed',
  'execution.changed',
  'pipeline.registered',
  'service.placed',
]);
const NAMED_BY_ITSELF = /^service\.(registered|updated|archived)$/;
const OF_ALL = /^(environment|wave|stage|team)\.(registered|updated|archived)$/;

/** Whose rows an event may change. */
export function touchedBy({ type, payload }: Pick<LoggedEvent, 'type' | 'payload'>): Services {
  if (OF_ALL.test(type)) return 'all';
  const key = NAMED_BY_ITSELF.test(type) ? 'name' : OF_A_SERVICE.has(type) ? 'service' : undefined;
  if (key === undefined) return NONE;
  const name = payload[key];
  return typeof name === 'string' ? new Set([name]) : NONE;
}

/** Whose rows a batch of events may change; nothing for most. */
export function touchedByAll(batch: readonly Pick<LoggedEvent, 'type' | 'payload'>[]): Services | undefined {
  const names = new Set<string>();
  for (const event of batch) {
    const services = touchedBy(event);
    if (services === 'all') return 'all';
    for (const name of services) names.add(name);
  }
  return names.size === 0 ? undefined : names;
}
