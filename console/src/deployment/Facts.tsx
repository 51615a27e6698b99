import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { ReactNode } from 'react';

import { useNow } from '../graph/service';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import { span } from '../parts/time';
import { addresses } from './addresses';
import { linkOfExecution } from './aws';
import { AwsPlace } from './AwsPlace';
import { Go } from './Go';
import { Id } from './Id';
import type { DeploymentDetails } from './timeline';

function HowLong({ startedAt, endedAt }: DeploymentDetails) {
  const now = useNow();
  if (startedAt === null) return <>–</>;
  const end = endedAt === null ? now : Date.parse(endedAt);
  return (
    <>
      {span(end - Date.parse(startedAt))}
      {endedAt === null ? ' so far' : ''}
    </>
  );
}

interface Fact {
  label: string;
  value: ReactNode;
}

function whatAndWho(deployment: DeploymentDetails): Fact[] {
  const { status, revision, execution } = deployment;
  return [
    { label: 'Status', value: <Status status={status} /> },
    { label: 'Revision', value: <Revision revision={revision} tag={execution.tag} copy /> },
    { label: 'Commit message', value: execution.commitMessage?.split('\n')[0] ?? '–' },
    { label: 'Who', value: execution.author ?? '–' },
  ];
}

function whenAndWhere(deployment: DeploymentDetails): Fact[] {
  const { startedAt, environment } = deployment;
  const { region, account, wave } = environment;
  return [
    { label: 'Began', value: <Moment at={startedAt} zone={region.timeZone} exact /> },
    { label: 'How long', value: <HowLong {...deployment} /> },
    {
      label: 'Environment',
      value: <Go to={addresses.environment(environment.name)}>{environment.name}</Go>,
    },
    { label: 'Stage and wave', value: `${wave.stage.name}, ${wave.name}` },
    { label: 'Account', value: <Id of={account.awsId} what="account id" /> },
    { label: 'Region', value: `${region.name} – ${region.description}` },
  ];
}

function run({ id, execution, service }: DeploymentDetails): Fact[] {
  const { executionId, kind, attempt, trigger, pipeline } = execution;
  const pipelineText = `${pipeline.name}${kind === 'ROLLBACK' ? ' (rollback)' : ''}`;
  return [
    {
      label: 'Pipeline',
      value: <Go to={addresses.pipeline(service.name, executionId)}>{pipelineText}</Go>,
    },
    { label: 'Attempt and trigger', value: `${attempt}${trigger ? `, ${trigger}` : ''}` },
    { label: 'Execution id', value: <Id of={executionId} what="execution id" /> },
    { label: 'Deployment id', value: <Id of={id} what="deployment id" /> },
    { label: 'In AWS', value: <AwsPlace link={linkOfExecution({ pipeline, executionId })} /> },
  ].filter(({ label }) => label !== 'In AWS' || pipeline.accountId !== '');
}

/** What it is, of whom, where and when. */
export function Facts({ deployment }: { deployment: DeploymentDetails }) {
  const items = [...whatAndWho(deployment), ...whenAndWhere(deployment), ...run(deployment)];
  return (
    <Container>
      <div className="facts">
        <KeyValuePairs columns={4} items={items} />
      </div>
    </Container>
  );
}
