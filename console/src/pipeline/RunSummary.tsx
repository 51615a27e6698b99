import Box from '@cloudscape-design/components/box';

import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import type { Why } from './blockers';
import type { Run } from './course';
import { sentenceOf } from './sentences';
import { Soon } from './Soon';

function Facts({ run }: { run: Run }) {
  return (
    <Box>
      <div className="inline facts">
        <Status status={run.status} />
        <Revision revision={run.revision} copy />
        {run.kind === 'ROLLBACK' && <span>rollback</span>}
        {run.commitMessage && <span className="message">{run.commitMessage.split('\n', 1)[0]}</span>}
        {run.author && <span>by {run.author}</span>}
        <span>
          started <Moment at={run.startedAt} />
        </span>
        {run.endedAt && (
          <span>
            ended <Moment at={run.endedAt} />
          </span>
        )}
        {run.attempt > 1 && <span>attempt {run.attempt}</span>}
      </div>
    </Box>
  );
}

function LastRegion({ forecast }: Pick<Run, 'forecast'>) {
  if (forecast === null) return null;
  if (forecast.lastRegionAt === null) return <>When it reaches the last Region nobody can tell.</>;
  return (
    <>
      It reaches the last Region about <Soon at={forecast.lastRegionAt} />.
    </>
  );
}

/** What an execution brings, what it waits for, and when it is everywhere. */
export function RunSummary({ run, why }: { run: Run; why: Why | null }) {
  return (
    <div className="run-summary">
      <Facts run={run} />
      <Box variant="p" fontSize="heading-s">
        <span className="said" role="status">
          {sentenceOf(run, why)}
        </span>{' '}
        {run.endedAt === null && <LastRegion forecast={run.forecast} />}
      </Box>
    </div>
  );
}
