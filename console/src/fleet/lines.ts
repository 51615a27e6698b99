import { NO_TEAM, type Grouping } from './filters';
import type { FleetRow } from './fleetState';

/** A line of the matrix: the header of a group, or a service. */
export type Line =
  | { kind: 'group'; name: string; services: number }
  | { kind: 'service'; service: string; row: FleetRow; about: string };

const NO_TIER = 'No tier';

function groupOf({ team, tier }: FleetRow, grouping: Grouping): string {
  if (grouping === 'team') return team ?? NO_TEAM;
  return tier === null ? NO_TIER : `Tier ${tier}`;
}

function lastIfNone(name: string): number {
  return name === NO_TEAM || name === NO_TIER ? 1 : 0;
}

function byName(one: string, other: string): number {
  return lastIfNone(one) - lastIfNone(other) || one.localeCompare(other, 'en', { numeric: true });
}

/** What its group does not say already. */
function aboutOf({ team, tier }: FleetRow, grouping: Grouping): string {
  const parts = [
    grouping === 'team' ? null : team,
    grouping === 'tier' || tier === null ? null : `tier ${tier}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function lines(of: readonly FleetRow[], grouping: Grouping): Line[] {
  return of.map((row) => ({ kind: 'service', service: row.service, row, about: aboutOf(row, grouping) }));
}

/** Services by name, under the headers of their groups; those without come last. */
export function linesOf(rows: readonly FleetRow[], grouping: Grouping): Line[] {
  const sorted = [...rows].sort((one, other) => byName(one.service, other.service));
  if (grouping === 'none') return lines(sorted, grouping);
  const groups = new Map<string, FleetRow[]>();
  for (const row of sorted) {
    const name = groupOf(row, grouping);
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(row);
  }
  return [...groups]
    .sort(([one], [other]) => byName(one, other))
    .flatMap(([name, of]) => [{ kind: 'group', name, services: of.length } as const, ...lines(of, grouping)]);
}
