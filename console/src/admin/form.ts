import { infoOf, type Kind, kindInfo } from './kinds';

/** What a field is filled in with. */
export type Input =
  | { type: 'text'; pattern?: string; maxLength?: number }
  | { type: 'number'; minimum?: number; maximum?: number }
  | { type: 'boolean' }
  | { type: 'choice'; choices: readonly Choice[]; numeric: boolean }
  | { type: 'reference'; kind: Kind }
  | { type: 'references'; kind: Kind }
  | { type: 'texts' }
  | { type: 'globs' }
  | { type: 'placement' }
  | { type: 'map' }
  | { type: 'json'; list?: true }
  | { type: 'time' }
  | { type: 'zone' }
  | { type: 'cron' }
  | { type: 'prose' };

export interface Choice {
  value: string;
  /** What the word means. */
  sentence?: string;
}

export interface FormField {
  /** Where it stands in the entity: `bakeMinutes`, `configuration.url`. */
  path: string;
  label: string;
  description: string;
  required: boolean;
  /** Given once, when the entity is registered. */
  fixed: boolean;
  /** What holds when nothing is said; undefined where that follows from other entities, or is nothing. */
  fallback: unknown;
  input: Input;
}

export interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly (string | number)[];
  format?: string;
  pattern?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  additionalProperties?: unknown;
  items?: Property;
}

export interface EntitySchema extends Property {
  properties: Record<string, Property>;
  required?: readonly string[];
  allOf?: readonly { if: { properties: { kind: { const: string } } }; then: { properties: Inner } }[];
}

interface Inner {
  configuration?: EntitySchema;
}

/** What the mutation's input says of each field: its description, and what each word means. */
export type Words = Record<string, { description: string; choices: readonly Choice[] }>;

const ACRONYMS: Record<string, string> = { aws: 'AWS', id: 'ID', arn: 'ARN', url: 'URL', ou: 'OU' };

/** `bakeMinutes` as people write it: Bake minutes. */
export function labelOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(' ');
  const spelt = words.map((word) => ACRONYMS[word.toLowerCase()] ?? word.toLowerCase()).join(' ');
  return spelt.charAt(0).toUpperCase() + spelt.slice(1);
}

/** References whose field is not called as the kind is. */
const REFERENCES: Record<string, Kind> = { pipelineRegion: 'region', pipelineAccount: 'account' };
const LISTS: Record<string, Kind> = { dependsOn: 'service', calendars: 'calendar' };
/** A grant names what it is for; elsewhere `services` are globs. */
const SCOPE: Record<string, Kind> = {
  teams: 'team',
  services: 'service',
  stages: 'stage',
  accounts: 'account',
};
const OWN: Record<string, Input> = {
  'service.placement': { type: 'placement' },
  'window.cron': { type: 'cron' },
  'freeze.reason': { type: 'prose' },
  'hold.reason': { type: 'prose' },
};

function inputOf(owner: string, name: string, property: Property, words: Words): Input {
  const own = OWN[`${owner}.${name}`];
  if (own) return own;
  if (property.enum) return choice(name, property, words);
  if (property.type === 'array') return listOf(owner, name, property);
  if (property.type === 'object') return { type: property.additionalProperties ? 'map' : 'json' };
  if (property.type === 'boolean') return { type: 'boolean' };
  if (property.type === 'integer') return { type: 'number', ...bounds(property) };
  if (property.format === 'date-time') return { type: 'time' };
  if (name === 'timeZone') return { type: 'zone' };
  return text(owner, name, property);
}

function text(owner: string, name: string, { pattern, maxLength }: Property): Input {
  const refers = REFERENCES[name] ?? (name === owner ? undefined : kindInfo(name)?.kind);
  if (refers && owner !== 'configuration') return { type: 'reference', kind: refers };
  return {
    type: 'text',
    ...(pattern === undefined ? {} : { pattern }),
    ...(maxLength === undefined ? {} : { maxLength }),
  };
}

function listOf(owner: string, name: string, property: Property): Input {
  if (property.items?.type === 'object') return { type: 'json', list: true };
  const refers = owner === 'grant' ? SCOPE[name] : LISTS[name];
  if (refers && owner !== 'configuration') return { type: 'references', kind: refers };
  return { type: name === 'services' ? 'globs' : 'texts' };
}

function bounds({ minimum, maximum }: Property): { minimum?: number; maximum?: number } {
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

function choice(name: string, property: Property, words: Words): Input {
  const told = words[name]?.choices ?? [];
  const choices = property.enum!.map((value) => {
    const sentence = told.find((each) => each.value === value)?.sentence;
    return { value: String(value), ...(sentence === undefined ? {} : { sentence }) };
  });
  return { type: 'choice', choices, numeric: typeof property.enum![0] === 'number' };
}

function field(owner: string, prefix: string, name: string, schema: EntitySchema, words: Words): FormField {
  const property = schema.properties[name]!;
  return {
    path: prefix + name,
    label: labelOf(name),
    description: property.description ?? '',
    required: schema.required?.includes(name) ?? false,
    fixed: prefix === '' && isFixed(owner as Kind, name),
    fallback: property.default,
    input: inputOf(prefix === '' ? owner : 'configuration', name, property, words),
  };
}

function isFixed(kind: Kind, name: string): boolean {
  return name === infoOf(kind).key ? kind !== 'organisation' : kind === 'environment' && name === 'kind';
}

/** What stands within it in a document, and has a form of its own. */
const NESTED = new Set(['waves', 'environments']);

/** The kind of what a freeze's target names, by its scope. */
export function targetKind(scope: unknown): Kind | undefined {
  return typeof scope === 'string' ? kindInfo(scope.toLowerCase())?.kind : undefined;
}

/**
 * The fields of a kind's form, from the JSON Schema of the document.
 *
 * The kind of a check or a policy decides what its configuration has, and the scope of a freeze what its target names:
 * both are given as they are chosen now.
 */
export function fieldsOf(schema: EntitySchema, kind: Kind, words: Words, chosen: Chosen): FormField[] {
  const found: FormField[] = [];
  for (const name of Object.keys(schema.properties)) {
    if (NESTED.has(name)) continue;
    if (name === 'configuration') found.push(...configured(schema, chosen.kind, words));
    else if (kind !== 'freeze' || name !== 'target') found.push(field(kind, '', name, schema, words));
    else found.push(...target(schema, chosen.scope));
    if (name === infoOf(kind).key) found.push(...within(kind, words));
  }
  return found;
}

export interface Chosen {
  kind?: unknown;
  scope?: unknown;
}

function within(kind: Kind, words: Words): FormField[] {
  const owner = infoOf(kind).within;
  if (!owner) return [];
  const description = words[owner]?.description ?? `The ${owner}'s name.`;
  const input: Input = { type: 'reference', kind: owner };
  return [
    {
      path: owner,
      label: labelOf(owner),
      description,
      required: true,
      fixed: false,
      fallback: undefined,
      input,
    },
  ];
}

function target(schema: EntitySchema, scope: unknown): FormField[] {
  const refers = targetKind(scope);
  if (refers === undefined || refers === 'organisation') return [];
  const told = field('freeze', '', 'target', schema, {});
  return [{ ...told, required: true, input: { type: 'reference', kind: refers } }];
}

function configured(schema: EntitySchema, kind: unknown, words: Words): FormField[] {
  const inner = schema.allOf?.find((each) => each.if.properties.kind.const === kind)?.then.properties
    .configuration;
  if (!inner) return [];
  return Object.keys(inner.properties).map((name) => field('', 'configuration.', name, inner, words));
}
