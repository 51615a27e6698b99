import Box from '@cloudscape-design/components/box';

import { COUNTS, useLive } from '../graph/useLive';
import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import { capital } from '../parts/capital';
import { touchesWhy } from './about';
import { WhyHereDocument } from './EnvironmentView.generated';

interface Props {
  service: string;
  environment: string;
  zone: string;
}

/** What holds a service's next revision back here, or how far it has come; as the service says it. */
export function WhyHere({ service, environment, zone }: Props) {
  const { data, problem, loading } = useLive(
    WhyHereDocument,
    { service, environment },
    { touches: touchesWhy(service), again: COUNTS },
  );
  if (loading) return <span aria-busy="true">…</span>;
  const why = data?.why;
  if (why === undefined) return <span>{problem?.sentence ?? '–'}</span>;
  if (!('sentence' in why)) return <span>{capital(why.message)}</span>;
  if (why.progress === 'DEPLOYED') return <span>Nothing newer is under way.</span>;
  const opens = why.blockers.find(({ kind }) => kind === 'WINDOW')?.clearsAt;
  return (
    <div>
      <Status status={why.progress} />
      <div>{capital(why.sentence)}</div>
      {opens && (
        <Box color="text-body-secondary">
          The next window opens <Moment at={opens} zone={zone} exact />
        </Box>
      )}
      {why.clearsAt && !opens && (
        <Box color="text-body-secondary">
          Expected to clear <Moment at={why.clearsAt} zone={zone} />
        </Box>
      )}
    </div>
  );
}
