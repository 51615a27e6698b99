import { same } from './difference';
import { type Entities, type Values, valuesOf } from './entities';
import { type EntitySchema, fieldsOf, type FormField, type Words } from './form';
import type { Kind } from './kinds';
import { merge, type Merge, resolved } from './merge';
import { lastPosition, type Operation, registering, updating, whole } from './operations';
import { readForm, type ReadForm, type Typing, typingOf } from './typing';
import type { EntityRow } from './useConfiguration';

/** What was typed into a form, and the entity that it was typed over: nothing of it is there for a new one. */
export interface FormDraft {
  base: Values | null;
  version: number;
  typing: Typing;
}

/** What a form is about. */
export interface Subject {
  kind: Kind;
  /** What the entity is called by; undefined for a new one. */
  name: string | undefined;
  schema: EntitySchema;
  words: Words;
  /** As the service has it; null for a new one. */
  current: EntityRow | null;
  /** What a new one begins with. */
  begun: Values;
}

export interface FormState {
  fields: FormField[];
  typing: Typing;
  /** What is compared with: the entity that the typing began from. */
  base: Values;
  version: number;
  unsaved: boolean;
  /** Somebody else saved it since. */
  conflict: Merge | undefined;
}

function currentValues({ current, begun }: Subject): Values {
  return current ? valuesOf(current) : begun;
}

function allTyping({ schema, kind, words }: Subject, base: Values, typing: Typing): [FormField[], Typing] {
  const chosen = { kind: typing['kind'] ?? base['kind'], scope: typing['scope'] ?? base['scope'] };
  const fields = fieldsOf(schema, kind, words, chosen);
  const known = Object.fromEntries(
    fields.map(({ path }) => [path, typing[path]]).filter(([, typed]) => typed !== undefined),
  );
  return [fields, { ...typingOf(fields, base), ...known }];
}

/** The form as it stands: what was typed over what it began from, and whether that is still so. */
export function formState(subject: Subject, draft: FormDraft | undefined): FormState {
  const now = currentValues(subject);
  const base = draft?.base ?? now;
  const version = draft?.version ?? subject.current?.version ?? 0;
  const [fields, typing] = allTyping(subject, base, draft?.typing ?? {});
  const unsaved = draft !== undefined && !same(typing, typingOf(fields, base));
  const stale = unsaved && subject.current !== null && subject.current.version > version;
  const yours = { ...base, ...readForm(fields, typing).values };
  return { fields, typing, base, version, unsaved, conflict: stale ? merge(base, now, yours) : undefined };
}

/** The draft after something was typed into a field. */
export function typed(subject: Subject, state: FormState, path: string, value: Typing[string]): FormDraft {
  const base = subject.current ? state.base : null;
  return { base, version: state.version, typing: { ...state.typing, [path]: value } };
}

/** The draft on top of what somebody else saved: their values where only they changed one, or where they are chosen. */
export function merged(subject: Subject, state: FormState, theirs: ReadonlySet<string>): FormDraft {
  const { conflict, fields, typing } = state;
  const base = currentValues(subject);
  const version = subject.current?.version ?? 0;
  if (!conflict) return { base, version, typing };
  const values = resolved(conflict, theirs);
  const taken = new Set([...theirs, ...conflict.taken.map(({ field }) => field)]);
  const fresh = typingOf(fields, values);
  const overwritten = Object.entries(fresh).filter(([path]) => taken.has(path.split('.')[0]!));
  return { base, version, typing: { ...typing, ...Object.fromEntries(overwritten) } };
}

/** What saving the form would do: nothing where nothing differs. */
export function operationOf(
  { kind, name, current }: Subject,
  { base, version }: FormState,
  read: ReadForm,
  entities: Entities,
): Operation | undefined {
  const values = whole(kind, read.values);
  const isNew = current === null || name === undefined;
  const placed = isNew || (kind === 'wave' && values['stage'] !== base['stage']);
  const position = placed ? lastPosition(kind, values, entities[kind]) : undefined;
  const asked = position === undefined ? values : { ...values, position };
  if (isNew || current.archivedAt) return registering(kind, asked);
  return updating(kind, name, base, asked, version);
}
