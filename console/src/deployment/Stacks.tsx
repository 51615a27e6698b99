import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';

import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import { AwsPlace } from './AwsPlace';
import { Id } from './Id';
import { stackEvents, type StackEvent } from './stackEvents';
import { failedParts, linksOf, type WorkDetails } from './stacks';
import type { DeploymentDetails } from './timeline';
import { offset } from './waterfall/scale';

type Action = DeploymentDetails['actions']['nodes'][number];

function Resource({ event, zone }: { event: StackEvent; zone: string }) {
  return (
    <li>
      <Moment at={event.at} zone={zone} />{' '}
      {event.failed ? <Status status="FAILED">{event.status}</Status> : event.status}{' '}
      <strong>{event.resource}</strong> ({event.type}) {event.reason}
    </li>
  );
}

function Envelopes({ work, zone }: { work: WorkDetails; zone: string }) {
  const { nodes } = work.envelopes;
  if (nodes.length === 0) return null;
  return (
    <ExpandableSection headerText={`Envelopes (${nodes.length}): all that AWS told of it`}>
      <ol>
        {nodes.map(({ id, time, detailType, eventId, body }) => (
          <li key={id}>
            <Moment at={time} zone={zone} exact /> – {detailType} <Id of={eventId} what="id of the event" />
            <pre className="log-tail">{JSON.stringify(body, null, 2)}</pre>
          </li>
        ))}
      </ol>
    </ExpandableSection>
  );
}

function WorkOf({ work, zone }: { work: WorkDetails; zone: string }) {
  const failed = failedParts(work.failures);
  const events = stackEvents(work.envelopes.nodes);
  return (
    <SpaceBetween size="xs">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Status', value: <Status status={work.status}>{work.state || undefined}</Status> },
          { label: 'ARN', value: <Id of={work.arn} what="ARN" /> },
          { label: 'Where', value: `${work.accountId}, ${work.regionName}` },
          { label: 'Began', value: <Moment at={work.startedAt} zone={zone} /> },
        ]}
      />
      {work.cause !== null && <pre className="cause">{work.cause}</pre>}
      {failed.length > 0 && (
        <ul>
          {failed.map(({ key, resource, type, state, reason }) => (
            <li key={key}>
              <strong>{resource}</strong> {type && `(${type})`} {state} {reason}
            </li>
          ))}
        </ul>
      )}
      {events.length > 0 && (
        <ExpandableSection headerText={`Events of the stack (${events.length})`}>
          <ol>
            {events.map((event) => (
              <Resource key={event.id} event={event} zone={zone} />
            ))}
          </ol>
        </ExpandableSection>
      )}
      <Envelopes work={work} zone={zone} />
    </SpaceBetween>
  );
}

/** The actions that carried it out, with what they did in AWS. */
export function Stacks({ deployment }: { deployment: DeploymentDetails }) {
  const { actions, execution, environment } = deployment;
  const zone = environment.region.timeZone;
  const account = execution.pipeline.accountId;
  const worked = actions.nodes.filter((each): each is Action & { work: WorkDetails } => each.work !== null);
  return (
    <SpaceBetween size="l">
      <Table
        variant="container"
        items={actions.nodes}
        trackBy="id"
        wrapLines
        enableKeyboardNavigation
        header={
          <Header
            variant="h2"
            counter={`(${actions.nodes.length})`}
            description="The actions that carried it out, and where their work is to be seen in AWS."
          >
            Actions
          </Header>
        }
        empty={<Box>No action has begun yet: the revision has not come here.</Box>}
        columnDefinitions={[
          { id: 'name', header: 'Action', isRowHeader: true, cell: ({ name }) => name, minWidth: 150 },
          ...columns(zone, account),
        ]}
      />
      {worked.map(({ id, name, work }) => (
        <Container key={id} header={<Header variant="h2">{`${name}: ${work.name}`}</Header>}>
          <WorkOf work={work} zone={zone} />
        </Container>
      ))}
    </SpaceBetween>
  );
}

function columns(zone: string, account: string) {
  return [
    {
      id: 'status',
      header: 'Status',
      cell: ({ status }: Action) => <Status status={status} />,
      minWidth: 150,
    },
    { id: 'provider', header: 'Provider', cell: ({ provider }: Action) => provider, minWidth: 130 },
    {
      id: 'began',
      header: 'Began',
      cell: ({ startedAt }: Action) => <Moment at={startedAt} zone={zone} />,
      minWidth: 110,
    },
    {
      id: 'took',
      header: 'Took',
      cell: ({ startedAt, endedAt }: Action) =>
        startedAt !== null && endedAt !== null ? offset(Date.parse(endedAt) - Date.parse(startedAt)) : '–',
      minWidth: 110,
    },
    {
      id: 'aws',
      header: 'In AWS',
      cell: (action: Action) => (
        <>
          {linksOf(action, account).map((link) => (
            <AwsPlace key={link.href} link={link} />
          ))}
        </>
      ),
      minWidth: 190,
    },
    {
      id: 'external',
      header: 'Id in AWS',
      cell: ({ externalId }: Action) => <Id of={externalId} what="id in AWS" />,
      minWidth: 200,
    },
  ];
}
