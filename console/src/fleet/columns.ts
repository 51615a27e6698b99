import type { PlacesQuery } from './fleet.generated';

export type Column = PlacesQuery['environments']['nodes'][number];

/** Neighbouring columns under one header. */
export interface Span {
  name: string;
  /** Index of its first column. */
  start: number;
  count: number;
  production: boolean;
}

/** Environments in the order in which a revision reaches them. */
export function inOrder(environments: readonly Column[]): Column[] {
  const place = ({ wave }: Column): [number, number] => [wave.stage.position, wave.position];
  return [...environments].sort((one, other) => {
    const [stage, wave] = place(one);
    const [otherStage, otherWave] = place(other);
    return stage - otherStage || wave - otherWave || one.name.localeCompare(other.name);
  });
}

function spans(columns: readonly Column[], nameOf: (column: Column) => string): Span[] {
  const found: Span[] = [];
  columns.forEach((column, index) => {
    const last = found.at(-1);
    const name = nameOf(column);
    if (last?.name === name) last.count += 1;
    else found.push({ name, start: index, count: 1, production: column.wave.stage.production });
  });
  return found;
}

/** The headers of stages, over columns in order. */
export function stageSpans(columns: readonly Column[]): Span[] {
  return spans(columns, ({ wave }) => wave.stage.name);
}

/** The headers of waves, whose names are unique over all stages. */
export function waveSpans(columns: readonly Column[]): Span[] {
  return spans(columns, ({ wave }) => wave.name);
}

export interface Choices {
  stages: string[];
  accounts: { awsId: string; name: string }[];
  regions: string[];
}

/** What columns may be filtered by. */
export function choicesOf(columns: readonly Column[]): Choices {
  const accounts = new Map(columns.map(({ account }) => [account.awsId, account]));
  return {
    stages: [...new Set(columns.map(({ wave }) => wave.stage.name))],
    accounts: [...accounts.values()].sort((one, other) => one.name.localeCompare(other.name)),
    regions: [...new Set(columns.map(({ region }) => region.name))].sort(),
  };
}
