import type { Refusal } from './useAction';

/** What the service refused about one field of a form. */
export function refusedAt(refusals: readonly Refusal[], field: string): string | undefined {
  const found = refusals.filter(({ path }) => path.at(-1) === field);
  return found.length === 0
    ? undefined
    : found.map(({ message, remedy }) => `${message} ${remedy}`).join(' ');
}

/** What was refused and belongs to none of the form's fields. */
export function refusedElsewhere(refusals: readonly Refusal[], fields: readonly string[]): Refusal[] {
  return refusals.filter(({ path }) => !fields.includes(path.at(-1) ?? ''));
}
