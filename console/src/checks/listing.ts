import type { ChecksPageQuery } from './checks.generated';
import { guardedBy, meantFor, requiredIn, stageOf } from './guards';
import { latestOf, newestFirst, type Statistics, statisticsOf } from './statistics';

type Check = ChecksPageQuery['checks']['nodes'][number];
export type Run = Check['runs']['nodes'][number];

/** A row of the table of checks. */
export interface Listed {
  check: Check;
  stage: string;
  where: string;
  whom: string;
  services: readonly string[];
  latest: readonly Run[];
  /** The newest first. */
  runs: readonly Run[];
  statistics: Statistics;
}

export const ORDERS = ['stage', 'name', 'failing', 'slowest', 'flakiest'] as const;
export type Order = (typeof ORDERS)[number];

/** What the address says is to be seen. */
export interface Wanted {
  search: string;
  service: string | undefined;
  stage: string | undefined;
  mode: string | undefined;
  kind: string | undefined;
  state: string | undefined;
  order: Order;
}

/** Reads the address; a word that nobody knows is as if it were not there. */
export function wantedOf(search: URLSearchParams): Wanted {
  const text = (name: string): string | undefined => search.get(name) || undefined;
  return {
    search: text('search') ?? '',
    service: text('service'),
    stage: text('stage'),
    mode: text('mode'),
    kind: text('kind'),
    state: text('state'),
    order: ORDERS.find((order) => order === search.get('order')) ?? 'stage',
  };
}

/**
 * The checks as rows. Statistics are the service's own, of 30 days; for one service they are of its last runs, which are
 * all that is looked at then.
 */
export function listed({ checks, services }: ChecksPageQuery, service: string | undefined): Listed[] {
  return checks.nodes.map((check) => {
    const runs = newestFirst(check.runs.nodes).filter(
      ({ execution }) => service === undefined || execution.pipeline.service?.name === service,
    );
    return {
      check,
      stage: stageOf(check) ?? '',
      where: requiredIn(check),
      whom: meantFor(check),
      services: guardedBy(check, services.nodes).map(({ name }) => name),
      latest: latestOf(runs),
      runs,
      statistics: service === undefined ? check.statistics : statisticsOf(runs),
    };
  });
}

const is = (value: string, asked: string | undefined): boolean => asked === undefined || value === asked;

function isWanted({ check, stage, services, latest }: Listed, wanted: Wanted): boolean {
  return (
    check.name.includes(wanted.search.trim().toLowerCase()) &&
    is(stage, wanted.stage) &&
    is(check.mode, wanted.mode) &&
    is(check.kind, wanted.kind) &&
    (wanted.service === undefined || services.includes(wanted.service)) &&
    (wanted.state === undefined || latest.some(({ status }) => status === wanted.state))
  );
}

function placeOf({ stage, wave }: Check): number {
  return (stage ?? wave?.stage)?.position ?? 0;
}

const BY: Record<Order, (one: Listed, other: Listed) => number> = {
  stage: (one, other) =>
    placeOf(one.check) - placeOf(other.check) ||
    (one.check.wave?.position ?? -1) - (other.check.wave?.position ?? -1),
  name: () => 0,
  failing: (one, other) => other.statistics.failed - one.statistics.failed,
  slowest: (one, other) => (other.statistics.medianSeconds ?? -1) - (one.statistics.medianSeconds ?? -1),
  flakiest: (one, other) => (other.statistics.flakeRate ?? -1) - (one.statistics.flakeRate ?? -1),
};

/** The rows that are wanted, in the order that is wanted; equals by name. */
export function arranged(rows: readonly Listed[], wanted: Wanted): Listed[] {
  const by = BY[wanted.order];
  return rows
    .filter((row) => isWanted(row, wanted))
    .sort((one, other) => by(one, other) || one.check.name.localeCompare(other.check.name));
}
