import type { Values } from './entities';
import type { FormField, Input } from './form';

/** What stands in a field of a form: text as it was typed, right or not, so that none of it is lost. */
export type Typed = string | boolean | string[] | [string, string][];

/** What stands in the whole form, by the fields' paths. */
export type Typing = Record<string, Typed>;

type Read = { value: unknown } | { wrong: string };

/** A value as it stands in the field. */
export function typedOf({ input, fallback }: FormField, value: unknown): Typed {
  const shown = value ?? fallback;
  switch (input.type) {
    case 'boolean':
      return shown === true;
    case 'references':
    case 'texts':
    case 'globs':
    case 'placement':
      return Array.isArray(shown) ? shown.map(String) : [];
    case 'map':
      return Object.entries((shown as Record<string, string> | undefined) ?? {});
    case 'json':
      return empty(shown) ? '' : JSON.stringify(shown, null, 2);
    default:
      return shown === undefined || shown === null ? '' : String(shown);
  }
}

function empty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

/** Where a path leads in an entity's values. */
export function valueAt(values: Values, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => (at as Values | undefined)?.[step], values);
}

/** What stands in a form for an entity, or in an empty one. */
export function typingOf(fields: readonly FormField[], values: Values): Typing {
  return Object.fromEntries(fields.map((field) => [field.path, typedOf(field, valueAt(values, field.path))]));
}

/** The value that was typed, or what is wrong with it. Null is: nothing, or the default. */
export function read(field: FormField, typed: Typed | undefined): Read {
  const found = readAs(field.input, typed);
  if ('wrong' in found || !field.required) return found;
  const missing = found.value === null || (Array.isArray(found.value) && found.value.length === 0);
  if (!missing || field.input.type === 'placement') return found;
  return { wrong: `${field.label} is required.` };
}

function readAs(input: Input, typed: Typed | undefined): Read {
  switch (input.type) {
    case 'boolean':
      return { value: typed === true };
    case 'references':
    case 'texts':
    case 'globs':
    case 'placement':
      return { value: list(typed) };
    case 'map':
      return map(typed as [string, string][] | undefined);
    case 'json':
      return json(said(typed), input.list === true);
    case 'number':
      return number(input, said(typed));
    case 'choice':
      return { value: said(typed) === '' ? null : input.numeric ? Number(typed) : typed };
    case 'text':
      return text(input, said(typed));
    case 'time':
      return time(said(typed));
    default:
      return { value: said(typed) === '' ? null : said(typed) };
  }
}

function time(typed: string): Read {
  if (typed === '') return { value: null };
  if (/^\d{4}-\d\d-\d\dT/.test(typed) && !Number.isNaN(Date.parse(typed))) return { value: typed };
  return { wrong: `'${typed}' is no time: write it as 2027-01-31 12:00.` };
}

function said(typed: Typed | undefined): string {
  return typeof typed === 'string' ? typed.trim() : '';
}

function list(typed: Typed | undefined): string[] {
  if (!Array.isArray(typed)) return [];
  return (typed as string[]).map((each) => each.trim()).filter((each) => each !== '');
}

function map(typed: [string, string][] = []): Read {
  const filled = typed.filter(([key, value]) => key.trim() !== '' || value.trim() !== '');
  const nameless = filled.find(([key]) => key.trim() === '');
  if (nameless) return { wrong: `'${nameless[1]}' has no key.` };
  const keys = filled.map(([key]) => key.trim());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) return { wrong: `'${twice}' is given twice.` };
  return { value: Object.fromEntries(filled.map(([key, value]) => [key.trim(), value])) };
}

function json(typed: string, list: boolean): Read {
  if (typed === '') return { value: null };
  try {
    const value: unknown = JSON.parse(typed);
    if (list) {
      return Array.isArray(value)
        ? { value }
        : { wrong: 'This is JSON, but no list: begin with [ and end with ].' };
    }
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { value };
    return { wrong: 'This is JSON, but no object: begin with { and end with }.' };
  } catch (error) {
    return { wrong: `This is no JSON: ${(error as Error).message}.` };
  }
}

function number({ minimum, maximum }: { minimum?: number; maximum?: number }, typed: string): Read {
  if (typed === '') return { value: null };
  if (!/^-?\d{1,15}$/.test(typed)) return { wrong: `'${typed}' is no whole number.` };
  const value = Number(typed);
  if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)) {
    return { wrong: `${value} is not within ${minimum} to ${maximum}.` };
  }
  return { value };
}

function text({ pattern, maxLength }: { pattern?: string; maxLength?: number }, typed: string): Read {
  if (typed === '') return { value: null };
  if (maxLength !== undefined && typed.length > maxLength) {
    return { wrong: `This has ${typed.length} characters; ${maxLength} are the most.` };
  }
  if (pattern !== undefined && !matches(pattern, typed)) {
    return { wrong: `'${typed}' does not have the form that is asked for: ${pattern}` };
  }
  return { value: typed };
}

/** A pattern that this browser does not read is the service's to judge. */
function matches(pattern: string, typed: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(typed);
  } catch {
    return true;
  }
}

export interface ReadForm {
  values: Values;
  /** What is wrong, by the fields' paths. */
  wrong: Record<string, string>;
}

/** The entity's values as they were typed; those within `configuration` as one object. */
export function readForm(fields: readonly FormField[], typing: Typing): ReadForm {
  const values: Values = {};
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const found = read(field, typing[field.path]);
    if ('wrong' in found) wrong[field.path] = found.wrong;
    else place(values, field.path, found.value);
  }
  return { values, wrong };
}

function place(values: Values, path: string, value: unknown): void {
  const [name, inner] = path.split('.') as [string, string?];
  if (inner === undefined) {
    values[name] = value;
    return;
  }
  const holder = (values[name] ??= {}) as Values;
  if (!empty(value)) holder[inner] = value;
}
