import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { Link } from 'react-router';

import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import { LatestCommitsDocument } from './commits.generated';
import { type LatestCommit, latestOf } from './latest';

const COLUMNS: TableProps.ColumnDefinition<LatestCommit>[] = [
  {
    id: 'commit',
    header: 'Commit',
    isRowHeader: true,
    cell: ({ revision, tag }) => <Revision revision={revision} tag={tag} />,
  },
  {
    id: 'service',
    header: 'Service',
    cell: ({ service }) => <Link to={`/pipelines/${encodeURIComponent(service)}`}>{service}</Link>,
  },
  { id: 'message', header: 'Message', cell: ({ message }) => message || '–' },
  { id: 'author', header: 'Author', cell: ({ author }) => author ?? '–' },
  { id: 'when', header: 'When', minWidth: 130, cell: ({ at }) => <Moment at={at} /> },
  { id: 'status', header: 'Its execution', minWidth: 150, cell: ({ status }) => <Status status={status} /> },
];

function touches({ type }: LoggedEvent): boolean {
  return type === 'execution.changed' || type === 'pipeline.registered';
}

/** The commits that pipelines saw last, of all services. */
export function LatestCommits() {
  const { data, problem, loading, refresh } = useLive(LatestCommitsDocument, {}, { touches });
  if (data === undefined && problem !== undefined) return <Trouble problem={problem} onRetry={refresh} />;
  return (
    <>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        header={
          <Header variant="h2" description="Choose one, or paste another above.">
            Latest commits
          </Header>
        }
        columnDefinitions={COLUMNS}
        items={latestOf(data?.executions.nodes ?? [])}
        trackBy="key"
        loading={loading}
        loadingText="Asking for the latest commits"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'Latest commits' }}
        empty={
          <Empty title="No commit was seen yet">
            As soon as a pipeline of a registered service starts, its commits are here. Each leads to where it
            is, and when it is expected in each Region.
          </Empty>
        }
      />
    </>
  );
}
