import { isBehind, type Standing, standingOf } from './cells';
import type { Column } from './columns';
import type { FleetRow } from './fleetState';

/** A service in a stage, in a few words. */
export interface StageSummary {
  stage: string;
  production: boolean;
  /** How many of its environments the service is placed in. */
  environments: number;
  /** The worst of them. */
  standing: Standing;
  /** How many of them stand so. */
  count: number;
  behind: number;
  /** What is there: one commit, or how many. */
  there: string;
}

const WORST: readonly Standing[] = ['failing', 'deploying', 'stopped', 'waiting', 'empty', 'resting'];

/** A service's row as a phone shows it: stage by stage. */
export function stagesOf(row: FleetRow, columns: readonly Column[]): StageSummary[] {
  const cells = new Map(row.cells.map((cell) => [cell.environment, cell]));
  const names = [...new Set(columns.map(({ wave }) => wave.stage.name))];
  return names.flatMap((stage) => {
    const own = columns.filter(({ wave }) => wave.stage.name === stage);
    const placed = own.flatMap(({ name }) => cells.get(name) ?? []);
    if (placed.length === 0) return [];
    const standings = placed.map(standingOf);
    const standing = WORST.find((each) => standings.includes(each))!;
    const commits = new Set(placed.flatMap(({ deployedRevision }) => deployedRevision ?? []));
    const [only] = commits;
    return {
      stage,
      production: own[0]!.wave.stage.production,
      environments: placed.length,
      standing,
      count: standings.filter((each) => each === standing).length,
      behind: placed.filter(isBehind).length,
      there: commits.size > 1 ? `${commits.size} commits` : (only?.slice(0, 8) ?? ''),
    };
  });
}
