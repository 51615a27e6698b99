import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo, useState } from 'react';

import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { RouteLink } from '../parts/RouteLink';
import { Status } from '../parts/Status';
import type { Detail } from './about';
import { WhyHere } from './WhyHere';

type Row = Detail['services']['nodes'][number];

const PAGE = 20;

function LatestCell({ latest }: Row) {
  const deployment = latest.nodes[0];
  if (!deployment) return <Status status={null} />;
  return (
    <RouteLink to={`/deployments/${encodeURIComponent(deployment.id)}`}>
      <Status status={deployment.status} />
    </RouteLink>
  );
}

function columns(environment: string, zone: string): TableProps.ColumnDefinition<Row>[] {
  return [
    {
      id: 'service',
      header: 'Service',
      isRowHeader: true,
      minWidth: 140,
      cell: ({ name }) => <RouteLink to={`/pipelines/${encodeURIComponent(name)}`}>{name}</RouteLink>,
    },
    {
      id: 'revision',
      header: 'Running',
      minWidth: 110,
      cell: ({ running }) => <Revision revision={running.nodes[0]?.revision} />,
    },
    {
      id: 'since',
      header: 'Since',
      minWidth: 120,
      cell: ({ running }) => <Moment at={running.nodes[0]?.endedAt} zone={zone} />,
    },
    {
      id: 'latest',
      header: 'Latest deployment',
      minWidth: 150,
      cell: ({ latest, ...row }) => <LatestCell latest={latest} {...row} />,
    },
    {
      id: 'why',
      header: 'What is under way, and why it waits',
      minWidth: 320,
      cell: ({ name }) => <WhyHere service={name} environment={environment} zone={zone} />,
    },
  ];
}

/** The services of an environment: the commit that runs, since when, and what is on its way. */
export function RunningHere({ environment }: { environment: Detail }) {
  const { name, region, services } = environment;
  const [page, setPage] = useState(1);
  const definitions = useMemo(() => columns(name, region.timeZone), [name, region.timeZone]);
  const pages = Math.max(1, Math.ceil(services.nodes.length / PAGE));
  const shown = services.nodes.slice((page - 1) * PAGE, page * PAGE);
  const hidden = services.totalCount - services.nodes.length;
  return (
    <Table
      items={shown}
      trackBy="name"
      columnDefinitions={definitions}
      wrapLines
      ariaLabels={{ tableLabel: 'What runs here' }}
      header={
        <Header
          variant="h2"
          counter={`(${services.totalCount})`}
          description={
            hidden > 0 ? `The first ${services.nodes.length} by name; ${hidden} are not shown.` : undefined
          }
        >
          What runs here
        </Header>
      }
      pagination={
        pages > 1 ? (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
            ariaLabels={{ nextPageLabel: 'Next services', previousPageLabel: 'Previous services' }}
          />
        ) : undefined
      }
      empty={
        <Empty title="No service is placed here">
          {environment.kind === 'TEST'
            ? `Nothing deploys to a test environment by itself. Deploy with the tag interlock:environment=${name}.`
            : 'A service comes here when its placement selects this environment: see the configuration of services.'}
        </Empty>
      }
    />
  );
}
