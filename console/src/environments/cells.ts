import type { LoggedEvent } from '../graph/live';
import type { StandingsQuery } from './standing.generated';
import type { Cell } from './standing';

/** Each placed service in each of its environments, with the status of its latest deployment there. */
export function cellsOf(data: StandingsQuery | undefined): Cell[] {
  return (data?.fleet ?? []).flatMap(({ service, cells }) => cells.map((cell) => ({ service, ...cell })));
}

/** Whether an event may change what the list of environments says. */
export function touchesPlaces({ type }: LoggedEvent): boolean {
  return (
    type === 'configuration.changed' || type.startsWith('environment.') || type === 'organisation.configured'
  );
}

/** Whether an event may change how environments stand. */
export function touchesStandings({ type }: LoggedEvent): boolean {
  return type === 'deployment.changed' || type === 'service.placed' || type === 'configuration.changed';
}
