import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { addresses } from './addresses';
import { linkOfArn, linkOfUrl } from './aws';
import { AwsPlace } from './AwsPlace';
import { cascadeOf, explanationOf, type FailureDetails, kindOf } from './failures';
import { Go } from './Go';
import { Id } from './Id';
import { Seen } from './Seen';

function Where({ failure, zone }: { failure: FailureDetails; zone: string }) {
  const { resource, resourceType, physicalId, stackPath, externalId, accountId, regionName } = failure;
  const link =
    (externalId ? linkOfArn(externalId) : undefined) ??
    linkOfUrl(failure.action?.externalUrl, 'In AWS', { accountId, regionName });
  const items = [
    { label: 'Resource', value: <Id of={resource} what="resource" /> },
    { label: 'Type', value: resourceType ?? '–' },
    { label: 'Physical id', value: <Id of={physicalId} what="physical id" /> },
    { label: 'Stack', value: stackPath ?? '–' },
    { label: 'Where', value: `${accountId}, ${regionName}` },
    { label: 'When', value: <Moment at={failure.occurredAt} zone={zone} exact /> },
    { label: 'Attempt', value: failure.attempt },
    { label: 'Error code', value: failure.errorCode ?? '–' },
  ];
  return (
    <SpaceBetween size="s">
      <div className="facts">
        <KeyValuePairs columns={4} items={items} />
      </div>
      <AwsPlace link={link} />
    </SpaceBetween>
  );
}

function Cascade({ failure }: { failure: FailureDetails }) {
  const cascade = cascadeOf(failure.cascade);
  if (cascade.length === 0) return null;
  return (
    <ExpandableSection headerText={`${cascade.length} more failed because of it`}>
      <ol>
        {cascade.map(({ key, resource, resourceType, reason }) => (
          <li key={key}>
            <strong>{resource}</strong> {resourceType !== undefined && `(${resourceType})`} {reason}
          </li>
        ))}
      </ol>
    </ExpandableSection>
  );
}

/** Why it failed: the first cause, and whether it is known yet. */
export function Failing({ failure, zone }: { failure: FailureDetails; zone: string }) {
  const explanation = explanationOf(failure);
  return (
    <Container
      header={
        <Header variant="h2" description={kindOf(failure.kind)}>
          Why it failed
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Alert type="error" header={failure.resource ?? failure.checkRun?.name ?? 'The cause'}>
          <pre className="cause">{failure.cause}</pre>
        </Alert>
        {explanation !== undefined && <Alert type="info">{explanation}</Alert>}
        <Where failure={failure} zone={zone} />
        <Cascade failure={failure} />
        {failure.logTail !== null && (
          <ExpandableSection headerText="The end of the log" defaultExpanded>
            {/* a text that scrolls is reached by keyboard too */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <div role="region" className="log-tail" tabIndex={0} aria-label="The end of the log">
              {failure.logTail}
            </div>
          </ExpandableSection>
        )}
        {failure.resolvedBy === null ? (
          <Box>No later deployment of the service has passed here yet.</Box>
        ) : (
          <Box>
            <Go to={addresses.deployment(failure.resolvedBy.id)}>A later deployment passed</Go>{' '}
            <Moment at={failure.resolvedBy.endedAt} zone={zone} />:{' '}
            <Revision revision={failure.resolvedBy.revision} />
          </Box>
        )}
        <Seen failure={failure} zone={zone} />
      </SpaceBetween>
    </Container>
  );
}
