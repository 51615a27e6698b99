import SpaceBetween from '@cloudscape-design/components/space-between';

import { ActionButton } from '../../parts/ActionButton';
import { hasEnded, type Run, type Step } from '../course';
import { approvalOf, rollsBack, triesAgain } from '../steps';
import type { Open } from './opened';

interface PipelineProps {
  run: Run | null;
  open: Open;
}

/** What may be done with the pipeline, and with the execution that is shown. */
export function PipelineButtons({ run, open }: PipelineProps) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {run !== null && !hasEnded(run.status) && (
        <ActionButton
          permission="STOP_EXECUTION"
          onClick={() => open({ dialog: 'stop', executionId: run.executionId })}
        >
          Stop
        </ActionButton>
      )}
      <ActionButton permission="START_PIPELINE" onClick={() => open({ dialog: 'start' })}>
        Start
      </ActionButton>
    </SpaceBetween>
  );
}

interface StepProps extends PipelineProps {
  step: Step;
}

/** What may be done with the execution in a step: where a person is to approve, where it failed, where it was. */
function RunButtons({ step, run, open }: StepProps & { run: Run }) {
  const { executionId } = run;
  const approval = approvalOf(step);
  const retried = triesAgain(step);
  const returned = rollsBack(step);
  return (
    <>
      {approval !== null && (
        <ActionButton
          permission="APPROVE"
          variant="primary"
          onClick={() => open({ dialog: 'approve', executionId, ...approval })}
        >
          Approve
        </ActionButton>
      )}
      {retried !== null && (
        <ActionButton
          permission="RETRY_STAGE"
          onClick={() => open({ dialog: 'retry', executionId, stage: retried })}
        >
          Retry
        </ActionButton>
      )}
      {returned !== null && (
        <ActionButton
          permission="ROLL_BACK"
          onClick={() => open({ dialog: 'rollBack', executionId, stage: returned })}
        >
          Roll back
        </ActionButton>
      )}
    </>
  );
}

/** What may be done with a step. */
export function StepButtons(props: StepProps) {
  const { step, run, open } = props;
  const environments = step.environments.map(({ name }) => name);
  const outstanding = step.environments.find(({ status }) => status !== 'SUCCEEDED') ?? step.environments[0];
  const revision = step.there?.revision ?? run?.revision ?? null;
  const overridden = { environment: outstanding?.name ?? null, wave: step.wave };
  return (
    <div className="buttons">
      {run !== null && <RunButtons {...props} run={run} />}
      {environments.length > 0 && (
        <>
          <ActionButton
            permission="HOLD"
            onClick={() => open({ dialog: 'hold', kind: 'HOLD', environments, revision })}
          >
            Hold
          </ActionButton>
          <ActionButton
            permission="GRANT_OVERRIDE"
            onClick={() => open({ dialog: 'override', kinds: [], ...overridden })}
          >
            Override
          </ActionButton>
        </>
      )}
    </div>
  );
}
