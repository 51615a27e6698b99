import { useLive } from '../graph/useLive';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import { addresses } from './addresses';
import { Go } from './Go';
import { LinkedExecutionDocument } from './trace.generated';
import type { GraphSpan } from './waterfall/spans';

type SpanLink = GraphSpan['links'][number];

const RELATIONS: Record<SpanLink['relation'], string> = {
  RETRY_OF: 'This attempt retries an earlier one of',
  ROLLBACK_TARGET: 'This rollback returns to the revision of',
  ROLLS_BACK: 'This rollback takes back',
  RESTART_OF: 'The pipeline changed itself and began again; before, it was',
  SAME_REVISION: 'The same revision went to an environment before, by',
};

interface Props {
  link: SpanLink;
  service: string;
  environment: string;
}

function Linked({ link, service, environment }: Props) {
  const { executionId, relation } = link;
  const { data } = useLive(
    LinkedExecutionDocument,
    { executionId, environment },
    {
      touches: ({ type, payload }) => type === 'execution.changed' && payload['executionId'] === executionId,
    },
  );
  const other = data?.execution;
  const there = other?.deployments.nodes[0];
  const name = `execution ${executionId.slice(0, 8)}`;
  return (
    <li>
      {RELATIONS[relation] ?? relation}{' '}
      <Go
        to={there === undefined ? addresses.pipeline(service, executionId) : addresses.deployment(there.id)}
      >
        {there === undefined ? name : `the deployment of ${name} here`}
      </Go>{' '}
      {other && (
        <>
          <Revision revision={other.revision} /> <Status status={there?.status ?? other.status} />{' '}
          <Moment at={other.startedAt} />
        </>
      )}
    </li>
  );
}

/** The traces that this one continues, takes back or returns to. */
export function TraceLinks({ links, ...place }: { links: readonly SpanLink[] } & Omit<Props, 'link'>) {
  const distinct = [...new Map(links.map((each) => [`${each.relation} ${each.executionId}`, each])).values()];
  if (distinct.length === 0) return null;
  return (
    <ul>
      {distinct.map((link) => (
        <Linked key={`${link.relation} ${link.executionId}`} link={link} {...place} />
      ))}
    </ul>
  );
}
