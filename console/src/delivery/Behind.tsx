import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Pages } from '../parts/Pages';
import { Revision } from '../parts/Revision';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { usePaging } from '../parts/usePaging';
import type { UrlChanges } from '../parts/url';
import { behindSentence, deliveriesIn, natureOf } from './behind';
import { BehindDocument, type DeliveriesFragment } from './Behind.generated';
import { type Choice, CLOSING, filterOf, flagsOf, type Opened } from './choice';
import { formatted } from './measures';
import { touchesMeasures, useKept } from './window';

type Row = DeliveriesFragment['nodes'][number];

const PAGE = 20;

function Reached({ deployments }: Row) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {deployments.map(({ id, status, environment }) => (
        <RouteLink
          key={id}
          to={`/deployments/${encodeURIComponent(id)}`}
          ariaLabel={`Deployment to ${environment.name}: ${status.toLowerCase()}`}
        >
          {environment.name}
          {status === 'FAILED' ? ' (failed)' : ''}
        </RouteLink>
      ))}
    </SpaceBetween>
  );
}

function Recovery({ failed, failingSince, recoveryTimeSeconds }: Row) {
  if (!failed) return <>–</>;
  if (recoveryTimeSeconds !== null) return <>{formatted(recoveryTimeSeconds, 'SECONDS')}</>;
  return (
    <>
      not yet; since <Moment at={failingSince} />
    </>
  );
}

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'service',
    header: 'Service',
    isRowHeader: true,
    minWidth: 120,
    cell: ({ service }) => <RouteLink to={`/pipelines/${encodeURIComponent(service)}`}>{service}</RouteLink>,
  },
  {
    id: 'revision',
    header: 'Commit',
    minWidth: 110,
    cell: ({ revision }) => <Revision revision={revision} />,
  },
  { id: 'what', header: 'What', minWidth: 120, cell: (row) => natureOf(row).join(', ') || 'a change' },
  { id: 'author', header: 'Author', minWidth: 130, cell: ({ execution }) => execution.author ?? '–' },
  { id: 'reached', header: 'Reached', minWidth: 110, cell: ({ reachedAt }) => <Moment at={reachedAt} /> },
  {
    id: 'lead',
    header: 'Lead time',
    minWidth: 110,
    cell: ({ leadTimeSeconds }) => (leadTimeSeconds === null ? '–' : formatted(leadTimeSeconds, 'SECONDS')),
  },
  {
    id: 'recovery',
    header: 'Recovery',
    minWidth: 120,
    cell: ({ failed, failingSince, recoveryTimeSeconds, ...row }) => (
      <Recovery
        {...row}
        failed={failed}
        failingSince={failingSince}
        recoveryTimeSeconds={recoveryTimeSeconds}
      />
    ),
  },
  {
    id: 'deployments',
    header: 'Deployments',
    minWidth: 260,
    cell: ({ deployments, ...row }) => <Reached {...row} deployments={deployments} />,
  },
];

interface Props {
  opened: Opened;
  choice: Choice;
  window: { from: string; to: string | null };
  change: (changes: UrlChanges) => void;
}

/** The deliveries behind a number, page by page, each with its commit and its deployments. */
export function Behind({ opened, choice, window, change }: Props) {
  const { atLeastSeconds, belowSeconds, from, to } = opened;
  const asked = {
    from: from ?? window.from,
    to: from === null ? window.to : to,
    filter: filterOf(choice),
    atLeastSeconds,
    belowSeconds,
    ...flagsOf(opened),
  };
  const paging = usePaging(JSON.stringify(asked));
  const { data, problem, loading, refresh } = useLive(
    BehindDocument,
    { ...asked, first: PAGE, after: paging.after },
    { touches: touchesMeasures },
  );
  const deliveries = deliveriesIn(useKept(data));
  return (
    <section aria-label="Behind the number">
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={deliveries?.nodes ?? []}
        trackBy={({ execution, stage }) => `${execution.executionId} ${stage ?? ''}`}
        columnDefinitions={COLUMNS}
        wrapLines
        loading={loading && deliveries === undefined}
        loadingText="Asking for the deliveries"
        ariaLabels={{ tableLabel: 'Deliveries' }}
        header={
          <Header
            variant="h2"
            counter={deliveries ? `(${deliveries.totalCount})` : ''}
            description={behindSentence(opened)}
            actions={
              <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                <Pages paging={paging} info={deliveries?.pageInfo} of="deliveries" />
                <Button iconName="close" variant="icon" ariaLabel="Close" onClick={() => change(CLOSING)} />
              </SpaceBetween>
            }
          >
            Behind the number
          </Header>
        }
        empty={
          <Empty title="There is none">
            <Box>No delivery of this time counts for this number, under these filters.</Box>
          </Empty>
        }
      />
    </section>
  );
}
