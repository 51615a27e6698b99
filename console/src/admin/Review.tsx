import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { useAction } from '../graph/useAction';
import { useLive } from '../graph/useLive';
import { useKeyed } from '../parts/key';
import { Refusals, Trouble } from '../parts/Trouble';
import { type ConfiguringError, doesNothing } from './impact';
import { ImpactView } from './Impact';
import {
  ApplyChangeDocument,
  type ApplyChangeMutation,
  ChangeImpactDocument,
  type ChangeInput,
} from './preview.generated';
import type { Operation } from './operations';
import { ofConfiguration } from './useConfiguration';

/** What is to be done, as `ChangeInput` has it. */
export interface Asked {
  operations?: Operation[];
  document?: unknown;
  prune?: boolean;
  revert?: number;
}

/** Operations are made by the schema's rules, which this type cannot follow. */
function given(asked: Asked): ChangeInput {
  return asked as ChangeInput;
}

interface Props {
  title: string;
  /** What is to be done. */
  asked: Asked;
  /** What the button says. */
  confirm?: string;
  /** A reason to begin with. */
  reason?: string;
  placeOf?: (path: readonly string[]) => string | undefined;
  /** It is done; null when nothing differed. */
  onApplied: (change: number | null) => void;
  /** Back to what was typed, with what the service says against it. */
  onDismiss: (errors: readonly ConfiguringError[]) => void;
}

interface Outcome {
  applied: ApplyChangeMutation['applyChange'];
}

/**
 * The last step before anything is saved: what it would do, why, and one deliberate press.
 *
 * The preview is alive: when somebody changes the configuration meanwhile, it is worked out again, and only what was
 * seen is done (`expectedChange`).
 */
export function Review({ title, asked, confirm = 'Apply', reason: begun = '', placeOf, ...on }: Props) {
  const [reason, setReason] = useState(begun);
  const { data, problem, refresh } = useLive(
    ChangeImpactDocument,
    { input: given(asked) },
    { touches: ofConfiguration },
  );
  const impact = data?.previewChange;
  const action = useAction<Record<string, unknown>, { input: ChangeInput }, Outcome['applied']>(
    ApplyChangeDocument,
  );
  const keyed = useKeyed();
  const errors = impact?.errors ?? [];
  const ready = impact !== undefined && errors.length === 0 && !doesNothing(impact) && reason.trim() !== '';
  const conflict = action.refusals.some(({ code }) => code === 'CONFLICT');

  const apply = async (): Promise<void> => {
    const input = keyed({ ...given(asked), reason: reason.trim(), expectedChange: impact!.baseChange });
    const outcome = await action.run({ input });
    if (!('payload' in outcome)) return;
    if (outcome.refusals.length === 0) on.onApplied(outcome.payload.change?.number ?? null);
    else refresh();
  };

  return (
    <Modal
      visible
      size="large"
      header={title}
      closeAriaLabel="Close"
      onDismiss={() => on.onDismiss(errors)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => on.onDismiss(errors)}>
              Back
            </Button>
            <Button variant="primary" loading={action.running} disabled={!ready} onClick={() => void apply()}>
              {confirm}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {impact === undefined && problem === undefined && (
          <Box>
            <Spinner /> What it would do is being worked out.
          </Box>
        )}
        <Trouble problem={problem} onRetry={refresh} />
        {conflict && (
          <Alert type="warning" header="Somebody changed the configuration meanwhile">
            Nothing was saved. What is shown now is what it would do as things are; look again, and apply.
          </Alert>
        )}
        {impact && doesNothing(impact) && <Alert type="info">Nothing would differ: it is so already.</Alert>}
        {impact && <ImpactView impact={impact} {...(placeOf ? { placeOf } : {})} />}
        {impact && errors.length === 0 && !doesNothing(impact) && (
          <FormField
            label="Reason"
            description="Kept with the change, for whoever asks later. Say why, not what."
            constraintText="Required."
          >
            <Textarea value={reason} rows={2} onChange={({ detail }) => setReason(detail.value)} />
          </FormField>
        )}
        {!conflict && <Refusals refusals={action.refusals} />}
        <Trouble problem={action.problem} onRetry={() => void apply()} />
      </SpaceBetween>
    </Modal>
  );
}
