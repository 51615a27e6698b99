import { type Kind, KINDS } from './kinds';

/** An entity's fields by their public names; references are the others' keys. */
export type Values = Record<string, unknown>;

/** Every entity of a configuration by kind. */
export type Entities = Record<Kind, Values[]>;

type Row = Record<string, unknown>;

const NOT_FIELDS = new Set(['id', 'version', 'archivedAt']);

/** A row of the graph as the entity's fields: `{ wave: { name } }` is the wave's name. */
export function valuesOf(row: Row): Values {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !NOT_FIELDS.has(name))
      .map(([name, value]) => [name, JSON_FIELDS.has(name) ? value : referred(value)]),
  );
}

const JSON_FIELDS = new Set(['tags', 'dates', 'configuration']);

function referred(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const row = value as Row;
  if (Array.isArray(row['nodes'])) return row['nodes'].map(referred).sort();
  return row['awsId'] ?? row['name'];
}

interface Whole {
  configuration: { document: unknown };
  stages: { nodes: (Row & { name: string; waves: { nodes: Row[] } })[] };
  regions: { nodes: Row[] };
}

function rows(document: Row, section: string): Values[] {
  const found = document[section];
  return Array.isArray(found) ? (found as Values[]) : [];
}

function inner(holders: Values[], key: string, owner: string): Values[] {
  return holders.flatMap((holder) =>
    rows(holder, key).map((each) => ({ ...each, [owner]: holder['name'] }) as Values),
  );
}

/** The kinds whose fields a document may leave out although they have a value. */
function full(nodes: Row[], more: (row: Row) => Row = () => ({})): Values[] {
  return nodes.map((row) => {
    const { waves: _, version: __, ...fields } = row;
    return { ...fields, ...more(row) };
  });
}

/** Every entity, taken out of the document; stages, waves and Regions with what their document leaves out. */
export function entitiesOf({ configuration, stages, regions }: Whole): Entities {
  const document = (configuration.document ?? {}) as Row;
  const waves = inner(rows(document, 'stages'), 'waves', 'stage');
  const found: Partial<Entities> = {
    organisation: document['organisation'] ? [document['organisation'] as Values] : [],
    stage: full(stages.nodes),
    wave: stages.nodes.flatMap((stage) => full(stage.waves.nodes, () => ({ stage: stage.name }))),
    region: full(regions.nodes),
    environment: inner(waves, 'environments', 'wave').map((each) => ({ kind: 'SHARED', ...each })),
  };
  for (const { kind, section } of KINDS) found[kind] ??= rows(document, section);
  return found as Entities;
}
