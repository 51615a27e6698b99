import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { type ActionTime, slowestActions } from './builds';
import { ActionsDocument } from './Builds.generated';
import { formatted } from './measures';

/** How many executions are looked at: a thousand actions each at most keeps the query within its cost. */
const LOOKED_AT = 25;

const COLUMNS: TableProps.ColumnDefinition<ActionTime>[] = [
  { id: 'action', header: 'Action', isRowHeader: true, minWidth: 160, cell: ({ action }) => action },
  { id: 'stage', header: 'Stage', minWidth: 110, cell: ({ stage }) => stage },
  {
    id: 'pipeline',
    header: 'Pipeline',
    minWidth: 120,
    cell: ({ pipeline, service }) =>
      service === undefined ? (
        pipeline
      ) : (
        <RouteLink to={`/pipelines/${encodeURIComponent(service)}`}>{pipeline}</RouteLink>
      ),
  },
  {
    id: 'median',
    header: 'Median',
    minWidth: 100,
    cell: ({ medianSeconds }) => formatted(medianSeconds, 'SECONDS'),
  },
  {
    id: 'slowest',
    header: 'Longest',
    minWidth: 100,
    cell: ({ slowestSeconds }) => formatted(slowestSeconds, 'SECONDS'),
  },
  { id: 'runs', header: 'Of', cell: ({ runs }) => (runs === 1 ? '1 run' : `${runs} runs`) },
];

/** What pipelines spend most of their time with, of what works and does not wait by design. */
export function Actions({ service }: { service: string | null }) {
  const { data, problem, loading, refresh } = useLive(
    ActionsDocument,
    { first: LOOKED_AT, filter: { service } },
    { touches: ({ type }) => type === 'execution.changed' },
  );
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={slowestActions(data)}
        trackBy="key"
        columnDefinitions={COLUMNS}
        loading={loading}
        loadingText="Asking for actions"
        ariaLabels={{ tableLabel: 'Slowest actions' }}
        header={
          <Header
            variant="h2"
            description={`Of the last ${LOOKED_AT} executions, without what waits: entering a wave, and its checks.`}
          >
            Slowest actions
          </Header>
        }
        empty={<Empty title="No action has ended yet">An action is timed when it has succeeded.</Empty>}
      />
    </div>
  );
}
