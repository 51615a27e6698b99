import { same } from './difference';
import type { Values } from './entities';
import { infoOf, type Kind, typeName } from './kinds';

/** One operation of a change, as `OperationInput` has it: exactly one member. */
export type Operation = Record<string, Values>;

function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** With what the form has no field for as things are chosen: no target of the organisation, nothing to configure. */
export function whole(kind: Kind, values: Values): Values {
  if (kind === 'freeze') return { target: null, ...values };
  return kind === 'check' || kind === 'policy' ? { configuration: {}, ...values } : values;
}

/** Registers an entity, or brings one back that was archived. What is empty is left out: it is the default. */
export function registering(kind: Kind, values: Values): Operation {
  if (kind === 'organisation') return { configureOrganisation: filled(values) };
  return { [`register${typeName(kind)}`]: filled(values) };
}

/** The names of the fields that differ. */
export function changedFields(before: Values, after: Values): string[] {
  return Object.keys(after).filter((name) => !same(before[name], after[name]));
}

/** Changes what differs, from the version that was read; nothing when nothing differs. */
export function updating(
  kind: Kind,
  key: string,
  before: Values,
  after: Values,
  version: number,
): Operation | undefined {
  const changed = changedFields(before, after);
  if (changed.length === 0) return undefined;
  if (kind === 'organisation') return { configureOrganisation: filled(after) };
  const fields = Object.fromEntries(changed.map((name) => [name, after[name]]));
  return { [`update${typeName(kind)}`]: { [infoOf(kind).key]: key, ...fields, expectedVersion: version } };
}

/** Archives an entity, from the version that was read. */
export function archiving(kind: Kind, key: string, version: number): Operation {
  return { [`archive${typeName(kind)}`]: { [infoOf(kind).key]: key, expectedVersion: version } };
}

/** A place behind all others, for a stage, or a wave that comes to a stage. */
export function lastPosition(kind: Kind, values: Values, others: readonly Values[]): number | undefined {
  if (kind !== 'stage' && kind !== 'wave') return undefined;
  const beside = kind === 'wave' ? others.filter((each) => each['stage'] === values['stage']) : others;
  return Math.max(0, ...beside.map((each) => Number(each['position'] ?? 0))) + 1;
}

interface Failure {
  path: string[];
  message: string;
}

/** The errors of an operation by the fields that they are about, and those that are about none of them. */
export function atFields<Error extends Failure>(
  errors: readonly Error[],
  paths: readonly string[],
): { fields: Record<string, string>; rest: Error[] } {
  const fields: Record<string, string> = {};
  const rest: Error[] = [];
  for (const error of errors) {
    const where = error.path.slice(3).join('.');
    const path = paths
      .filter((each) => where === each || where.startsWith(`${each}.`))
      .sort((one, other) => other.length - one.length)[0];
    if (error.path[0] !== 'operations' || path === undefined) rest.push(error);
    else fields[path] = [fields[path], error.message].filter(Boolean).join(' ');
  }
  return { fields, rest };
}
