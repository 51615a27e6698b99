import { isBehind, standingOf } from './cells';
import type { Column } from './columns';
import type { FleetCell, FleetRow } from './fleetState';

export const GROUPINGS = ['team', 'tier', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const STATUSES = ['IN_PROGRESS', 'PENDING', 'FAILED', 'STOPPED', 'SUCCEEDED'] as const;

/** What is chosen to be seen. All of it is in the address, so that a link shows the same to others. */
export interface Filters {
  text: string;
  team: string[];
  stage: string[];
  account: string[];
  region: string[];
  status: string[];
  behind: boolean;
  failing: boolean;
  group: Grouping;
}

const LISTS = ['team', 'stage', 'account', 'region', 'status'] as const;

export function filtersOf(search: URLSearchParams): Filters {
  const group = GROUPINGS.find((each) => each === search.get('group')) ?? 'team';
  const list = (name: string): string[] => search.getAll(name).filter((value) => value !== '');
  return {
    text: search.get('text') ?? '',
    team: list('team'),
    stage: list('stage'),
    account: list('account'),
    region: list('region'),
    status: list('status').filter((value) => (STATUSES as readonly string[]).includes(value)),
    behind: search.get('behind') === 'true',
    failing: search.get('failing') === 'true',
    group,
  };
}

/** The shortest address that says the same. */
export function searchOf(filters: Filters): URLSearchParams {
  const search = new URLSearchParams();
  if (filters.text !== '') search.set('text', filters.text);
  for (const name of LISTS) for (const value of filters[name]) search.append(name, value);
  if (filters.behind) search.set('behind', 'true');
  if (filters.failing) search.set('failing', 'true');
  if (filters.group !== 'team') search.set('group', filters.group);
  return search;
}

/** Everything is shown; how it is grouped stays. */
export function cleared({ group }: Filters): Filters {
  return { ...filtersOf(new URLSearchParams()), group };
}

export function isFiltered(filters: Filters): boolean {
  return searchOf({ ...filters, group: 'team' }).size > 0;
}

function among(chosen: readonly string[], value: string): boolean {
  return chosen.length === 0 || chosen.includes(value);
}

export function columnsShown(columns: readonly Column[], { stage, account, region }: Filters): Column[] {
  return columns.filter(
    (column) =>
      among(stage, column.wave.stage.name) &&
      among(account, column.account.awsId) &&
      among(region, column.region.name),
  );
}

export const NO_TEAM = 'No team';

function isNamed(row: FleetRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const begins = (value: string | null): boolean => value?.toLowerCase().startsWith(wanted) ?? false;
  return (
    [row.service, row.repository, row.team ?? NO_TEAM].some((value) =>
      value.toLowerCase().includes(wanted),
    ) ||
    row.cells.some(
      ({ deployedRevision, deployedTag, revision, tag }) =>
        (wanted.length >= 4 && (begins(deployedRevision) || begins(revision))) ||
        begins(deployedTag) ||
        begins(tag),
    )
  );
}

function isWanted(cell: FleetCell, { status, behind, failing }: Filters): boolean {
  return (
    (status.length === 0 || (cell.status !== null && status.includes(cell.status))) &&
    (!behind || isBehind(cell)) &&
    (!failing || standingOf(cell) === 'failing')
  );
}

function asksOfCells({ stage, account, region, status, behind, failing }: Filters): boolean {
  return [stage, account, region, status].some((list) => list.length > 0) || behind || failing;
}

/** Rows whose service is meant and that have a cell, in a column that is shown, that is meant. */
export function rowsShown(
  rows: readonly FleetRow[],
  columns: readonly Column[],
  filters: Filters,
): FleetRow[] {
  const names = new Set(columns.map(({ name }) => name));
  const everyCell = !asksOfCells(filters);
  return rows.filter(
    (row) =>
      among(filters.team, row.team ?? NO_TEAM) &&
      isNamed(row, filters.text) &&
      (everyCell || row.cells.some((cell) => names.has(cell.environment) && isWanted(cell, filters))),
  );
}

export interface Counts {
  deploying: number;
  failing: number;
  waiting: number;
  behind: number;
}

/** How many cells deploy, fail, wait and are behind. */
export function countsOf(rows: readonly FleetRow[], columns: readonly Column[]): Counts {
  const names = new Set(columns.map(({ name }) => name));
  const counts = { deploying: 0, failing: 0, waiting: 0, behind: 0 };
  for (const row of rows) {
    for (const cell of row.cells) {
      if (!names.has(cell.environment)) continue;
      const standing = standingOf(cell);
      if (standing === 'deploying' || standing === 'failing' || standing === 'waiting') counts[standing] += 1;
      if (isBehind(cell)) counts.behind += 1;
    }
  }
  return counts;
}
