import { useAction } from '../../graph/useAction';
import { useKeyed } from '../../parts/key';
import { ReasonDialog } from '../../parts/ReasonDialog';
import type { Step } from '../course';
import type { ActiveOverrideFragment, PlacedHoldFragment } from '../pipeline.generated';
import { ConfirmOverrideDocument, ReleaseHoldDocument, RevokeOverrideDocument } from './actions.generated';
import { releaseEffect } from './effects';
import type { DialogProps } from './opened';

interface ReleaseProps extends DialogProps {
  hold: PlacedHoldFragment;
  steps: readonly Step[];
}

/** Releases a hold, a pin or a veto. */
export function ReleaseDialog({ hold, steps, onDismiss, onDone }: ReleaseProps) {
  const keyed = useKeyed();
  const action = useAction(ReleaseHoldDocument);
  const { name, version } = hold;
  return (
    <ReasonDialog
      title={`Release ${name}`}
      confirm="Release"
      effect={releaseEffect(hold.environment.name, steps)}
      action={action}
      act={(reason) => action.run({ input: keyed({ name, expectedVersion: version, reason }) })}
      onDone={() => onDone(`${name} is released.`)}
      onDismiss={onDismiss}
      optional
    />
  );
}

const REVOKED = [
  'What it let pass holds back again from now on.',
  'What has entered because of it stays, and is recorded with it.',
];

interface RevokeProps extends DialogProps {
  override: ActiveOverrideFragment;
}

/** Confirms an override, as a second person. */
export function ConfirmDialog({
  override: { name, grantedBy, reason: why },
  onDismiss,
  onDone,
}: RevokeProps) {
  const action = useAction(ConfirmOverrideDocument);
  return (
    <ReasonDialog
      title={`Confirm ${name}`}
      confirm="Confirm"
      effect={['What it is for passes from now on, until it ends.', `It was granted by ${grantedBy}: ${why}`]}
      action={action}
      act={(reason) => action.run({ input: { name, reason } })}
      onDone={() => onDone(`${name} is confirmed.`)}
      onDismiss={onDismiss}
      optional
    />
  );
}

/** Takes an override back. */
export function RevokeDialog({ override: { name }, onDismiss, onDone }: RevokeProps) {
  const action = useAction(RevokeOverrideDocument);
  return (
    <ReasonDialog
      title={`Revoke ${name}`}
      confirm="Revoke"
      effect={REVOKED}
      action={action}
      act={(reason) => action.run({ input: { name, reason } })}
      onDone={() => onDone(`${name} is revoked.`)}
      onDismiss={onDismiss}
      optional
    />
  );
}
