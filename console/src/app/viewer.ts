import { useOpening } from './opening';
import type { Permission } from './opening.generated';

/** What somebody may do; each role has some of these. The service has the table, and refuses all the same. */
export type { Permission };

/**
 * Whether the viewer may do it; undefined while that is not known.
 *
 * What they may not do is shown, disabled, with the reason.
 */
export function useMay(permission: Permission): boolean | undefined {
  return useOpening()?.viewer.permissions.includes(permission);
}

/** Why a button cannot be pressed by who may not, or of whom it is not known yet. */
export function whyNot(may: false | undefined): string {
  return may === undefined ? 'What you may do is not known yet.' : 'Your role does not allow this.';
}
