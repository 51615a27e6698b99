import type { PipelineOfServiceQuery } from '../pipeline.generated';
import type { Passing, Step } from '../course';
import type { PipelineService, ServicePipeline } from '../usePipeline';
import { ApproveDialog, RetryDialog, StopDialog } from './ExecutionDialogs';
import { HoldDialog } from './HoldDialog';
import type { DialogProps, Opened } from './opened';
import { OverrideDialog } from './OverrideDialog';
import { RollBackDialog } from './RollBackDialog';
import { StartDialog } from './StartDialog';
import { ConfirmDialog, ReleaseDialog, RevokeDialog } from './UndoDialogs';

interface Props extends DialogProps {
  opened: Opened | null;
  service: PipelineService;
  pipeline: ServicePipeline | undefined;
  holds: PipelineOfServiceQuery['holds']['nodes'];
  runs: readonly Passing[];
  steps: readonly Step[];
}

/** The dialog of the action that was chosen; nothing while none was. */
export function ActionDialogs({ opened, service, pipeline, holds, runs, steps, ...then }: Props) {
  switch (opened?.dialog) {
    case 'start':
      return pipeline && <StartDialog service={service} pipeline={pipeline} runs={runs} {...then} />;
    case 'hold':
      return <HoldDialog opened={opened} service={service.name} holds={holds} steps={steps} {...then} />;
    case 'release':
      return <ReleaseDialog hold={opened.hold} steps={steps} {...then} />;
    case 'override':
      return <OverrideDialog opened={opened} service={service} steps={steps} {...then} />;
    case 'confirm':
      return <ConfirmDialog override={opened.override} {...then} />;
    case 'revoke':
      return <RevokeDialog override={opened.override} {...then} />;
    case 'stop':
      return <StopDialog {...opened} {...then} />;
    case 'retry':
      return <RetryDialog {...opened} {...then} />;
    case 'rollBack':
      return <RollBackDialog {...opened} {...then} />;
    case 'approve':
      return <ApproveDialog {...opened} {...then} />;
    default:
      return null;
  }
}
