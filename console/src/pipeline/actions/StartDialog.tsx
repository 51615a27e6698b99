import { useAction } from '../../graph/useAction';
import { useKeyed } from '../../parts/key';
import { ReasonDialog } from '../../parts/ReasonDialog';
import type { Passing } from '../course';
import type { PipelineService, ServicePipeline } from '../usePipeline';
import { StartPipelineDocument } from './actions.generated';
import { startEffect } from './effects';
import type { DialogProps } from './opened';

interface Props extends DialogProps {
  service: PipelineService;
  pipeline: ServicePipeline;
  runs: readonly Passing[];
}

/** Starts a pipeline. */
export function StartDialog({ service, pipeline, runs, onDismiss, onDone }: Props) {
  const keyed = useKeyed();
  const action = useAction(StartPipelineDocument);
  const { arn, name, staleAt } = pipeline;
  return (
    <ReasonDialog
      title={`Start ${name}`}
      confirm="Start"
      effect={startEffect({ branch: service.branch, stale: staleAt !== null, runs })}
      action={action}
      act={(reason) => action.run({ input: keyed({ arn, reason }) })}
      onDone={() => onDone(`${name} is asked to start: its execution appears here when AWS tells of it.`)}
      onDismiss={onDismiss}
      optional
    />
  );
}
