import Checkbox from '@cloudscape-design/components/checkbox';
import RadioGroup from '@cloudscape-design/components/radio-group';
import { type ReactNode, useState } from 'react';

import { type Action, type Outcome, useAction } from '../../graph/useAction';
import { ReasonDialog } from '../../parts/ReasonDialog';
import { ApproveActionDocument, RetryStageDocument, StopExecutionDocument } from './acting.generated';
import type { DialogProps } from './opened';
import { type AskedEffect, useEffectOf } from './useEffectOf';

interface ActingProps extends DialogProps {
  title: string;
  confirm: string;
  effect: AskedEffect;
  action: Pick<Action<unknown, never>, 'running' | 'refusals' | 'problem'>;
  act: (reason: string) => Promise<Outcome<unknown>>;
  done: string;
  children?: ReactNode;
}

/** The dialog of an action that the service asks of CodePipeline: its effect, as the service knows it, and a reason. */
export function ActingDialog({ effect, act, done, onDone, ...rest }: ActingProps) {
  return (
    <ReasonDialog
      {...rest}
      effect={effect.sentences}
      ready={effect.possible}
      problem={effect.problem}
      act={(reason) => act(reason ?? '')}
      onDone={() => onDone(done)}
    />
  );
}

interface ExecutionProps extends DialogProps {
  executionId: string;
}

/** Stops an execution. */
export function StopDialog({ executionId, ...then }: ExecutionProps) {
  const [abandon, setAbandon] = useState(false);
  const effect = useEffectOf({ stop: { executionId, abandon } }, executionId);
  const action = useAction(StopExecutionDocument);
  return (
    <ActingDialog
      title="Stop this execution"
      confirm="Stop it"
      effect={effect}
      action={action}
      act={(reason) => action.run({ input: { executionId, abandon, reason } })}
      done="CodePipeline is asked to stop it."
      {...then}
    >
      <Checkbox
        checked={abandon}
        description="Else what is in progress ends first."
        onChange={({ detail }) => setAbandon(detail.checked)}
      >
        Leave what is in progress
      </Checkbox>
    </ActingDialog>
  );
}

const MODES = [
  {
    value: 'FAILED_ACTIONS',
    label: 'What has not succeeded',
    description: 'Whether it may enter is not asked again.',
  },
  { value: 'ALL_ACTIONS', label: 'The whole stage', description: 'Whether it may enter is decided anew.' },
];

interface StageProps extends ExecutionProps {
  stage: string;
}

/** Tries a stage again. */
export function RetryDialog({ executionId, stage, ...then }: StageProps) {
  const [mode, setMode] = useState<'FAILED_ACTIONS' | 'ALL_ACTIONS'>('FAILED_ACTIONS');
  const effect = useEffectOf({ retry: { executionId, stage, mode } }, executionId);
  const action = useAction(RetryStageDocument);
  return (
    <ActingDialog
      title={`Retry ${stage}`}
      confirm="Retry"
      effect={effect}
      action={action}
      act={(reason) => action.run({ input: { executionId, stage, mode, reason } })}
      done={`CodePipeline is asked to try ${stage} again.`}
      {...then}
    >
      <RadioGroup
        ariaLabel="What is tried again"
        items={MODES}
        value={mode}
        onChange={({ detail }) => setMode(detail.value as typeof mode)}
      />
    </ActingDialog>
  );
}

const ANSWERS = [
  { value: 'APPROVED', label: 'Approve', description: 'The stage goes on.' },
  { value: 'REJECTED', label: 'Reject', description: 'The action fails, and the stage with it.' },
];

interface ApproveProps extends StageProps {
  name: string;
}

/** Answers an action that waits for a person. */
export function ApproveDialog({ executionId, stage, name, ...then }: ApproveProps) {
  const [decision, setDecision] = useState<'APPROVED' | 'REJECTED'>('APPROVED');
  const input = { executionId, stage, action: name, decision };
  const effect = useEffectOf({ approve: input }, executionId);
  const action = useAction(ApproveActionDocument);
  return (
    <ActingDialog
      title={`Answer ${name} in ${stage}`}
      confirm={decision === 'APPROVED' ? 'Approve' : 'Reject'}
      effect={effect}
      action={action}
      act={(reason) => action.run({ input: { ...input, reason } })}
      done={decision === 'APPROVED' ? `${name} is approved.` : `${name} is rejected.`}
      {...then}
    >
      <RadioGroup
        ariaLabel="The answer"
        items={ANSWERS}
        value={decision}
        onChange={({ detail }) => setDecision(detail.value as typeof decision)}
      />
    </ActingDialog>
  );
}
