import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Link } from 'react-router';

import { useNow } from '../graph/service';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Journey } from './Journey';
import { progressOf, type Whereabouts, type Zones } from './journey';

/** A commit in a service: what it is, how far it has come, and its way. */
export function Found({ found, zones }: { found: Whereabouts; zones: Zones }) {
  const now = useNow(10_000);
  const { service, revision, environments } = found;
  const { message, author, committedAt, seenAt } = revision;
  const progress = progressOf(environments, now, zones);
  const [subject = ''] = (message ?? '').split('\n');
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            <>
              {author ? `${author}, ` : ''}
              <Moment at={committedAt ?? seenAt} />
            </>
          }
        >
          <Link to={`/pipelines/${encodeURIComponent(service)}`}>{service}</Link>
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div>
          <Revision revision={revision.revision} tag={revision.tag} copy />
          {subject !== '' && <Box>{subject}</Box>}
        </div>
        <ProgressBar
          ariaLabel={`${service}: how far it has come`}
          value={progress.all === 0 ? 0 : Math.round((progress.there / progress.all) * 100)}
          description={progress.sentence}
        />
        {environments.length === 0 ? (
          <Box color="text-body-secondary">The service is placed in no environment, so it goes nowhere.</Box>
        ) : (
          <Journey places={environments} zones={zones} />
        )}
      </SpaceBetween>
    </Container>
  );
}
