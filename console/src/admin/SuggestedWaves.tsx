import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useLive } from '../graph/useLive';
import { ActionButton } from '../parts/ActionButton';
import { Trouble } from '../parts/Trouble';
import { minutesSaid } from './impact';
import { type StageOrder, taking } from './order';
import { SuggestedWavesDocument } from './preview.generated';
import { Review } from './Review';
import { ofConfiguration } from './useConfiguration';

interface Props {
  stage: StageOrder;
  onSaved: (change: number | null) => void;
}

type Step = 'closed' | 'suggested' | 'reviewed';

/** Waves of growing size for a stage, as the service would make them; taken over in one change. */
export function SuggestedWaves({ stage, onSaved }: Props) {
  const [step, setStep] = useState<Step>('closed');
  const { data, problem, refresh } = useLive(
    SuggestedWavesDocument,
    { stage: stage.name },
    { touches: ofConfiguration, pause: step === 'closed' },
  );
  const suggested = data?.suggestWaves ?? [];
  const operations = taking(stage, suggested);
  return (
    <>
      <Button
        variant="inline-link"
        ariaLabel={`Suggest waves for ${stage.name}`}
        onClick={() => setStep('suggested')}
      >
        Suggest waves
      </Button>
      {step === 'suggested' && (
        <Modal
          visible
          header={`Waves of growing size for ${stage.name}`}
          closeAriaLabel="Close"
          onDismiss={() => setStep('closed')}
          footer={
            <Box float="right">
              <ActionButton
                permission="CONFIGURE"
                variant="primary"
                disabled={operations.length === 0}
                onClick={() => setStep('reviewed')}
              >
                Review these
              </ActionButton>
            </Box>
          }
        >
          <SpaceBetween size="s">
            <Box>The first wave goes where the least traffic is; each later one is larger, up to 12.</Box>
            <Trouble problem={problem} onRetry={refresh} />
            <ol>
              {suggested.map(({ position, bakeMinutes, environments }) => (
                <li key={position}>
                  {environments.join(', ')} <Box variant="small">bakes {minutesSaid(bakeMinutes)}</Box>
                </li>
              ))}
            </ol>
            {data && suggested.length === 0 && <Box>The stage has no shared environment.</Box>}
            {suggested.length > 0 && operations.length === 0 && (
              <Alert type="success">The waves are so already.</Alert>
            )}
          </SpaceBetween>
        </Modal>
      )}
      {step === 'reviewed' && (
        <Review
          title={`Take the suggested waves of ${stage.name}`}
          confirm="Save"
          reason="Waves of growing size, as suggested"
          asked={{ operations }}
          onDismiss={() => setStep('suggested')}
          onApplied={(change) => {
            setStep('closed');
            onSaved(change);
          }}
        />
      )}
    </>
  );
}
