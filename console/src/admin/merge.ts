import { same } from './difference';
import type { Values } from './entities';

export interface FieldConflict {
  field: string;
  base: unknown;
  theirs: unknown;
  yours: unknown;
}

export interface Merge {
  /** What both say together; where both changed a field, what was typed here. */
  values: Values;
  /** The fields that both changed, each to something else. */
  conflicts: FieldConflict[];
  /** The fields that only the other changed. */
  taken: FieldConflict[];
}

/** Three versions of an entity in one: what both started from, what somebody else saved, and what was typed here. */
export function merge(base: Values, theirs: Values, yours: Values): Merge {
  const values: Values = { ...yours };
  const found: Merge = { values, conflicts: [], taken: [] };
  for (const field of new Set([...Object.keys(theirs), ...Object.keys(yours)])) {
    const three = { field, base: base[field], theirs: theirs[field], yours: yours[field] };
    if (same(three.base, three.theirs) || same(three.theirs, three.yours)) continue;
    if (same(three.base, three.yours)) {
      values[field] = three.theirs;
      found.taken.push(three);
    } else found.conflicts.push(three);
  }
  return found;
}

/** The merge with the other's value in the fields that are named. */
export function resolved({ values, conflicts }: Merge, takeTheirs: ReadonlySet<string>): Values {
  const chosen = conflicts.filter(({ field }) => takeTheirs.has(field));
  return { ...values, ...Object.fromEntries(chosen.map(({ field, theirs }) => [field, theirs])) };
}
