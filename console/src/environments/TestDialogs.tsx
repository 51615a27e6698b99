import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { useNow } from '../graph/service';
import { refusedAt } from '../graph/refusals';
import { useAction } from '../graph/useAction';
import { useKeyed } from '../parts/key';
import { ReasonDialog } from '../parts/ReasonDialog';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { daysOf, deletionOf, extensionOf, type Limits } from './testing';
import { DeleteTestEnvironmentDocument, ExtendTestEnvironmentDocument } from './TestEnvironments.generated';

interface Props {
  place: PlaceFragment;
  limits: Limits | null | undefined;
  onDismiss: () => void;
  onDone: () => void;
}

/** Puts the end of a test environment off. */
export function ExtendDialog({ place, limits, ...closing }: Props) {
  const [typed, setTyped] = useState('');
  const keyed = useKeyed();
  const action = useAction(ExtendTestEnvironmentDocument);
  const now = useNow(5_000);
  const most = limits?.testEnvironmentDays;
  const { days, error } = daysOf(typed, most);
  return (
    <ReasonDialog
      title={`Extend ${place.name}`}
      confirm="Extend"
      effect={extensionOf(place, days, limits, now)}
      action={action}
      act={(reason) => action.run({ input: keyed({ name: place.name, days, reason }) })}
      ready={error === undefined}
      fields={['days']}
      optional
      {...closing}
    >
      <FormField
        label="Days from now"
        constraintText={most === undefined ? undefined : `${most} if nothing is said; ${most} at most.`}
        errorText={error ?? refusedAt(action.refusals, 'days')}
      >
        <Input value={typed} inputMode="numeric" onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </ReasonDialog>
  );
}

/** Ends a test environment, and says first what goes with it. */
export function DeleteDialog({ place, onDismiss, onDone }: Omit<Props, 'limits'>) {
  const keyed = useKeyed();
  const action = useAction(DeleteTestEnvironmentDocument);
  return (
    <ReasonDialog
      title={`Delete ${place.name}`}
      confirm="Delete"
      effect={['This cannot be taken back.', ...deletionOf(place)]}
      action={action}
      act={(reason) => action.run({ input: keyed({ name: place.name, reason }) })}
      onDone={onDone}
      onDismiss={onDismiss}
      optional
    />
  );
}
