import type { Values } from './entities';

/** A value in one form, whatever the order of its keys; a time in one zone. */
function canonical(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value))
    return Date.parse(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** Whether two values say the same. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

export interface FieldDifference {
  field: string;
  before: unknown;
  after: unknown;
  /** For lists and mappings: what came and what went. */
  added: string[];
  removed: string[];
}

function items(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).map(([key, inner]) => `${key}: ${written(inner)}`);
}

/** One field's difference. */
export function fieldDifference(field: string, before: unknown, after: unknown): FieldDifference {
  const [old, now] = [items(before), items(after)];
  return {
    field,
    before,
    after,
    added: now.filter((each) => !old.includes(each)),
    removed: old.filter((each) => !now.includes(each)),
  };
}

/** The fields that differ between an entity before and after; null is one that is not there. */
export function differences(before: Values | null, after: Values | null): FieldDifference[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .filter((name) => !same(before?.[name], after?.[name]) && !nothing(before?.[name] ?? after?.[name]))
    .map((name) => fieldDifference(name, before?.[name], after?.[name]));
}

function nothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A value in one line, for reading. */
export function written(value: unknown): string {
  if (nothing(value)) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(written).join(', ');
  if (typeof value === 'object') return items(value).join(', ');
  return String(value);
}
