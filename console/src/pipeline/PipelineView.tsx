import '@xyflow/react/dist/base.css';
import './pipeline.css';

import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { print } from 'graphql';
import { useNavigate, useParams } from 'react-router';

import { word } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { PipelineBody } from './PipelineBody';
import { PipelineOfServiceDocument } from './pipeline.generated';
import { usePipeline } from './usePipeline';
import { useSelection } from './useSelection';

function NoService({ name }: { name: string }) {
  const navigate = useNavigate();
  return (
    <Empty
      title={`There is no service ${name}`}
      action={<Button onClick={() => void navigate('/pipelines')}>Go to all pipelines</Button>}
    >
      It may have another name, or have left the fleet.
    </Empty>
  );
}

/** The pipeline of one service: its stages and waves, why it waits, and what may be done. */
export default function PipelineView() {
  const { service: name = '' } = useParams();
  const selection = useSelection();
  const pipeline = usePipeline(name, selection.execution);
  const { answer, service, unplanned } = pipeline;
  const known = answer.data !== undefined;
  const equivalent = {
    command: `interlock status ${word(name)}`,
    document: print(PipelineOfServiceDocument),
    variables: { service: name },
  };
  return (
    <SpaceBetween size="m">
      <Trouble problem={answer.problem} onRetry={answer.refresh} />
      {service !== undefined && (
        <PipelineBody {...pipeline} service={service} selection={selection} equivalent={equivalent} />
      )}
      {service === undefined && <ViewHeader title={name} equivalent={equivalent} />}
      {known && service === undefined && <NoService name={name} />}
      {unplanned !== null && (
        <Alert type="warning" header="There is no plan for it">
          {unplanned.message} {unplanned.remedy}
        </Alert>
      )}
    </SpaceBetween>
  );
}
