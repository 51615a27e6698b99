import type { BlockerKind } from '../blockers';
import type { ActiveOverrideFragment, HoldKind, PlacedHoldFragment } from '../pipeline.generated';

/** The action whose dialog is open, with what it was opened for. */
export type Opened =
  | { dialog: 'start' }
  | { dialog: 'hold'; environments: string[]; revision: string | null; kind: HoldKind }
  | { dialog: 'release'; hold: PlacedHoldFragment }
  | { dialog: 'override'; kinds: BlockerKind[]; environment: string | null; wave: string | null }
  | { dialog: 'confirm'; override: ActiveOverrideFragment }
  | { dialog: 'revoke'; override: ActiveOverrideFragment }
  | { dialog: 'stop'; executionId: string }
  | { dialog: 'retry'; executionId: string; stage: string }
  | { dialog: 'rollBack'; executionId: string; stage: string }
  | { dialog: 'approve'; executionId: string; stage: string; name: string };

/** Opens the dialog of an action. */
export type Open = (opened: Opened) => void;

/** What a dialog needs, whichever it is. */
export interface DialogProps {
  onDismiss: () => void;
  /** It was done: what to tell whoever did it. */
  onDone: (sentence: string) => void;
}
