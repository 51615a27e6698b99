import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';

import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { addresses } from './addresses';
import type { FailureDetails } from './failures';
import { Go } from './Go';
import { Id } from './Id';

/** Where else, and how often, the same failure was seen, and what passed then. */
export function Seen({ failure, zone }: { failure: FailureDetails; zone: string }) {
  const { fingerprint } = failure;
  if (fingerprint === null) {
    return <Box color="text-body-secondary">Whether it was seen before is known when its cause is.</Box>;
  }
  const others = fingerprint.failures.nodes.filter(({ id }) => id !== failure.id);
  const services = fingerprint.services.nodes.map(({ name }) => name).join(', ');
  const environments = fingerprint.environments.nodes.map(({ name }) => name).join(', ');
  const often = fingerprint.seen === 1 ? 'for the first time' : `${fingerprint.seen} times`;
  return (
    <ExpandableSection
      headerText={`Seen ${often}`}
      headerDescription={[services, environments].filter(Boolean).join(' – ')}
      defaultExpanded={others.length > 0}
    >
      <p>
        First <Moment at={fingerprint.firstAt} zone={zone} />, last{' '}
        <Moment at={fingerprint.lastAt} zone={zone} />. Fingerprint{' '}
        <Id of={fingerprint.digest} what="fingerprint" />
      </p>
      {others.length > 0 && (
        <ul>
          {others.map(({ id, occurredAt, service, environment, deployment, resolvedBy }) => {
            const place = [service?.name, environment?.name].filter(Boolean).join(' in ') || 'elsewhere';
            return (
              <li key={id}>
                <Moment at={occurredAt} zone={zone} />:{' '}
                {deployment === null ? place : <Go to={addresses.deployment(deployment.id)}>{place}</Go>}
                {resolvedBy !== null && (
                  <>
                    {' '}
                    – passed with <Revision revision={resolvedBy.revision} />
                  </>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </ExpandableSection>
  );
}
