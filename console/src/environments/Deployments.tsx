import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo } from 'react';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Pages } from '../parts/Pages';
import { Revision } from '../parts/Revision';
import { RouteLink } from '../parts/RouteLink';
import { Status } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import { usePaging } from '../parts/usePaging';
import {
  EnvironmentDeploymentsDocument,
  type EnvironmentDeploymentsQuery,
} from './EnvironmentView.generated';

type Row = EnvironmentDeploymentsQuery['deployments']['nodes'][number];

const PAGE = 15;

function columns(zone: string): TableProps.ColumnDefinition<Row>[] {
  return [
    {
      id: 'status',
      header: 'Deployment',
      isRowHeader: true,
      minWidth: 140,
      cell: ({ id, status, service, revision }) => (
        <RouteLink
          to={`/deployments/${encodeURIComponent(id)}`}
          ariaLabel={`${service.name} ${revision?.slice(0, 8) ?? ''}: ${status.toLowerCase()}`}
        >
          <Status status={status} />
        </RouteLink>
      ),
    },
    {
      id: 'service',
      header: 'Service',
      minWidth: 120,
      cell: ({ service: { name } }) => (
        <RouteLink to={`/pipelines/${encodeURIComponent(name)}`}>{name}</RouteLink>
      ),
    },
    {
      id: 'revision',
      header: 'Commit',
      minWidth: 110,
      cell: ({ revision }) => <Revision revision={revision} />,
    },
    {
      id: 'what',
      header: 'What',
      minWidth: 220,
      cell: ({ execution, reason }) =>
        reason ??
        (execution.kind === 'ROLLBACK' ? 'Rollback' : (execution.commitMessage?.split('\n')[0] ?? '–')),
    },
    { id: 'author', header: 'Author', minWidth: 130, cell: ({ execution }) => execution.author ?? '–' },
    {
      id: 'began',
      header: 'Began',
      minWidth: 110,
      cell: ({ startedAt }) => <Moment at={startedAt} zone={zone} />,
    },
    {
      id: 'ended',
      header: 'Ended',
      minWidth: 110,
      cell: ({ endedAt }) => <Moment at={endedAt} zone={zone} />,
    },
  ];
}

/** All that was deployed to an environment, the newest first, page by page. */
export function Deployments({ name, zone }: { name: string; zone: string }) {
  const paging = usePaging(name);
  const { data, problem, loading, refresh } = useLive(
    EnvironmentDeploymentsDocument,
    { name, first: PAGE, after: paging.after },
    { touches: ({ type, payload }) => type === 'deployment.changed' && payload['environment'] === name },
  );
  const definitions = useMemo(() => columns(zone), [zone]);
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={data?.deployments.nodes ?? []}
        trackBy="id"
        columnDefinitions={definitions}
        wrapLines
        loading={loading}
        loadingText="Asking for deployments"
        ariaLabels={{ tableLabel: 'Deployments' }}
        header={
          <Header
            variant="h2"
            counter={data ? `(${data.deployments.totalCount})` : ''}
            actions={<Pages paging={paging} info={data?.deployments.pageInfo} of="deployments" />}
          >
            Deployments
          </Header>
        }
        empty={
          <Empty title="Nothing was deployed here yet">
            A deployment is one revision reaching this environment: it appears when a pipeline begins it.
          </Empty>
        }
      />
    </div>
  );
}
