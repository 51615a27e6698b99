import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { type Broken, brokenOf, touchesBroken } from './builds';
import { BrokenPipelinesDocument } from './Builds.generated';

const COLUMNS: TableProps.ColumnDefinition<Broken>[] = [
  {
    id: 'pipeline',
    header: 'Pipeline',
    isRowHeader: true,
    minWidth: 130,
    cell: ({ pipeline, service }) =>
      service === undefined ? (
        pipeline
      ) : (
        <RouteLink to={`/pipelines/${encodeURIComponent(service)}`}>{pipeline}</RouteLink>
      ),
  },
  {
    id: 'since',
    header: 'Broken',
    minWidth: 130,
    cell: ({ since, longer }) => (
      <>
        <Moment at={since} />
        {longer ? ' or longer' : ''}
      </>
    ),
  },
  {
    id: 'failures',
    header: 'Failures',
    minWidth: 90,
    cell: ({ failures, longer }) => (longer ? `${failures} or more` : failures),
  },
  { id: 'author', header: 'Last by', minWidth: 130, cell: ({ latest }) => latest.author ?? '–' },
  {
    id: 'revision',
    header: 'Commit',
    minWidth: 110,
    cell: ({ latest }) => <Revision revision={latest.revision} />,
  },
  {
    id: 'cause',
    header: 'Cause',
    minWidth: 320,
    cell: ({ cause, deploymentId }) => {
      const said = cause ?? 'not explained yet';
      if (deploymentId === undefined) return said;
      return <RouteLink to={`/deployments/${encodeURIComponent(deploymentId)}`}>{said}</RouteLink>;
    },
  },
  { id: 'team', header: 'Team', minWidth: 90, cell: ({ team }) => team ?? '–' },
];

/** The pipelines whose last revision failed: since when, by whom, and why. */
export function BrokenPipelines({ team }: { team: string | null }) {
  const { data, problem, loading, refresh } = useLive(
    BrokenPipelinesDocument,
    {},
    {
      touches: touchesBroken,
    },
  );
  const broken = brokenOf(data?.pipelines.nodes ?? []).filter((each) => team === null || each.team === team);
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={broken}
        trackBy="pipeline"
        columnDefinitions={COLUMNS}
        wrapLines
        loading={loading}
        loadingText="Asking for pipelines"
        ariaLabels={{ tableLabel: 'Broken pipelines' }}
        header={
          <Header
            variant="h2"
            counter={data ? `(${broken.length} of ${data.pipelines.totalCount})` : ''}
            description="Their last revision failed. A rollback neither breaks a pipeline nor repairs it."
          >
            Broken pipelines
          </Header>
        }
        empty={
          <Empty title="No pipeline is broken">
            A pipeline is broken from the failure of an execution until a revision goes through.
          </Empty>
        }
      />
    </div>
  );
}
