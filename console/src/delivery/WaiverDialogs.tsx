import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { useService } from '../graph/service';
import { refusedAt } from '../graph/refusals';
import { useAction } from '../graph/useAction';
import { useKeyed } from '../parts/key';
import { ReasonDialog } from '../parts/ReasonDialog';
import { absolute } from '../parts/time';
import { endOf, grantSentences, LONGEST_WAIVER_DAYS, type Point, ruleName, type Waiver } from './safety';
import { ConfirmWaiverDocument, GrantWaiverDocument, RevokeWaiverDocument } from './Safety.generated';

interface Closing {
  onDismiss: () => void;
  onDone: () => void;
}

interface GrantProps extends Closing {
  service: string;
  point: Point;
}

/** Lets one rule of one service be missing for some days. */
export function GrantDialog({ service, point, ...closing }: GrantProps) {
  const keyed = useKeyed();
  const { clock } = useService();
  const endTyped = (days: string) => ({ days, ...endOf(days, clock.now()) });
  // told when the days were typed, so that asking again asks for the same
  const [{ days, expiresAt, error }, setEnd] = useState(() => endTyped('14'));
  const action = useAction(GrantWaiverDocument);
  const ends = expiresAt === undefined ? [] : [`It ends on ${absolute(Date.parse(expiresAt))}.`];
  return (
    <ReasonDialog
      title={`Waive “${ruleName(point.rule)}” for ${service}`}
      confirm="Grant the waiver"
      effect={[...grantSentences(service, point), ...ends]}
      action={action}
      act={(reason) =>
        action.run({
          input: keyed({ rule: point.rule, service, expiresAt: expiresAt!, reason: reason ?? '' }),
        })
      }
      ready={error === undefined}
      fields={['expiresAt']}
      {...closing}
    >
      <FormField
        label="Days from now"
        constraintText={`${LONGEST_WAIVER_DAYS} at most.`}
        errorText={error ?? refusedAt(action.refusals, 'expiresAt')}
      >
        <Input value={days} inputMode="numeric" onChange={({ detail }) => setEnd(endTyped(detail.value))} />
      </FormField>
    </ReasonDialog>
  );
}

interface RevokeProps extends Closing {
  waiver: Pick<Waiver, 'name' | 'reason' | 'grantedBy'> & { rule: string };
}

/** Confirms a waiver, as a second person. */
export function ConfirmDialog({ waiver: { name, rule, grantedBy, reason: why }, ...closing }: RevokeProps) {
  const action = useAction(ConfirmWaiverDocument);
  return (
    <ReasonDialog
      title={`Confirm ${name}`}
      confirm="Confirm"
      effect={[
        `${ruleName(rule)} may be missing from now on, until the waiver ends.`,
        `It was granted by ${grantedBy}: ${why}`,
      ]}
      action={action}
      act={(reason) => action.run({ input: { name, reason } })}
      optional
      {...closing}
    />
  );
}

/** Takes a waiver back before it ends. */
export function RevokeDialog({ waiver: { name, rule, grantedBy, reason: why }, ...closing }: RevokeProps) {
  const action = useAction(RevokeWaiverDocument);
  return (
    <ReasonDialog
      title={`Revoke ${name}`}
      confirm="Revoke"
      effect={[
        `${ruleName(rule)} is missing like any other rule from now on. Nothing that was changed is undone.`,
        `It was granted by ${grantedBy}: ${why}`,
      ]}
      action={action}
      act={(reason) => action.run({ input: { name, reason } })}
      optional
      {...closing}
    />
  );
}
