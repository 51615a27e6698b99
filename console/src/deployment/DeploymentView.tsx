import './deployment.css';

import SpaceBetween from '@cloudscape-design/components/space-between';
import { print } from 'graphql';
import { useParams } from 'react-router';

import { word } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import { keyOf } from './addresses';
import { Commits } from './Commits';
import { DeploymentPageDocument } from './deployment.generated';
import { Evidence } from './Evidence';
import { Facts } from './Facts';
import { Failing } from './Failing';
import { failureOf } from './failures';
import { HappenedToExecutionDocument } from './happened.generated';
import { HeaderActions } from './HeaderActions';
import { Incidents } from './Incidents';
import { Stacks } from './Stacks';
import { type DeploymentDetails, timelineOf } from './timeline';
import { Timeline } from './Timeline';
import { touchesDeployment } from './touching';
import { TraceSection } from './TraceSection';
import { Gone } from './Gone';
import { TargetContext } from '../app/viewer';

function Happened({ deployment }: { deployment: DeploymentDetails }) {
  const { executionId, id } = deployment.execution;
  const key = keyOf(id);
  const { data } = useLive(
    HappenedToExecutionDocument,
    { execution: key ?? '' },
    {
      pause: key === undefined,
      touches: ({ subjectType, payload }) =>
        subjectType === 'PipelineExecution' && payload['executionId'] === executionId,
    },
  );
  const entries = timelineOf(deployment, data?.events.nodes ?? []);
  return <Timeline entries={entries} zone={deployment.environment.region.timeZone} />;
}

function Page({ deployment, refresh }: { deployment: DeploymentDetails; refresh: () => void }) {
  const zone = deployment.environment.region.timeZone;
  const failure = failureOf(deployment);
  return (
    <SpaceBetween size="l">
      {failure !== undefined && <Failing failure={failure} zone={zone} />}
      <Facts deployment={deployment} />
      <Evidence pieces={deployment.failureEvidence.nodes} zone={zone} />
      <TargetContext value={{ service: deployment.service.name }}>
        <Incidents deployment={deployment} onChanged={refresh} />
      </TargetContext>
      <Happened deployment={deployment} />
      <TraceSection deployment={deployment} />
      <Commits deployment={deployment} />
      <Stacks deployment={deployment} />
    </SpaceBetween>
  );
}

/** One revision reaching one environment: what happened, and what failed first. */
export default function DeploymentView() {
  const { id = '' } = useParams();
  let known: DeploymentDetails | null | undefined;
  const touches = (event: LoggedEvent): boolean => known != null && touchesDeployment(event, known);
  const { data, problem, loading, refresh } = useLive(DeploymentPageDocument, { id }, { touches });
  known = data?.deployment;
  const title = known ? `${known.service.name} to ${known.environment.name}` : 'Deployment';
  const command = known
    ? `interlock deployments ${word(known.service.name)} --environment ${word(known.environment.name)}`
    : 'interlock deployments';
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title={title}
        description={known?.execution.commitMessage?.split('\n')[0]}
        actions={
          known ? (
            <TargetContext value={{ service: known.service.name }}>
              <HeaderActions deployment={known} onChanged={refresh} />
            </TargetContext>
          ) : undefined
        }
        equivalent={{ command, document: print(DeploymentPageDocument), variables: { id } }}
      />
      {known && <Trouble problem={problem} onRetry={refresh} />}
      {known ? (
        <Page key={id} deployment={known} refresh={refresh} />
      ) : loading ? (
        <div className="view-loading" aria-busy="true" />
      ) : (
        <Gone problem={problem} id={id} onRetry={refresh} />
      )}
    </SpaceBetween>
  );
}
