import type { Entities } from '../entities';
import type { FormField } from '../form';
import type { Typed, Typing } from '../typing';

/** What every control of a form is given. */
export interface ControlProps {
  field: FormField;
  typed: Typed;
  onType: (typed: Typed) => void;
  /** Shown, but not to be changed: by this viewer, or of this entity. */
  readOnly: boolean;
  invalid: boolean;
  /** Everything that there is, for references. */
  entities: Entities;
  /** What stands in the other fields. */
  typing: Typing;
}

/** What is typed in a field of text. */
export function textOf(typed: Typed): string {
  return typeof typed === 'string' ? typed : '';
}

/** What is typed in a field of several texts. */
export function textsOf(typed: Typed | undefined): string[] {
  return Array.isArray(typed) ? (typed as string[]) : [];
}
