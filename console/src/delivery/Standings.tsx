import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Choice as ChoiceField } from '../parts/Choice';
import { Empty } from '../parts/Empty';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { oneOf, type UrlChanges } from '../parts/url';
import { type Choice, RANGES } from './choice';
import { formatted } from './measures';
import { daysAsked, failSentence, flakeSentence, ORDER_SENTENCES, ORDERS, type Standing } from './standings';
import { CheckStandingsDocument } from './Standings.generated';
import { useKept } from './window';

interface Props {
  choice: Choice;
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

const OPTIONS = [
  { id: 'FLAKIEST', text: 'Flakiest' },
  { id: 'SLOWEST', text: 'Slowest' },
  { id: 'FAILING', text: 'Failing' },
];

const COLUMNS: TableProps.ColumnDefinition<Standing>[] = [
  {
    id: 'check',
    header: 'Check',
    isRowHeader: true,
    minWidth: 160,
    cell: ({ check: { name } }) => <RouteLink to={`/checks/${encodeURIComponent(name)}`}>{name}</RouteLink>,
  },
  {
    id: 'mode',
    header: 'Mode',
    minWidth: 100,
    cell: ({ check: { mode } }) => (mode === 'SHADOW' ? 'Shadow' : 'Blocking'),
  },
  {
    id: 'flaky',
    header: 'Contradicts itself',
    minWidth: 140,
    cell: ({ statistics }) => flakeSentence(statistics),
  },
  {
    id: 'median',
    header: 'Median',
    minWidth: 90,
    cell: ({ statistics }) => formatted(statistics.medianSeconds, 'SECONDS'),
  },
  {
    id: 'p95',
    header: '95th percentile',
    minWidth: 110,
    cell: ({ statistics }) => formatted(statistics.p95Seconds, 'SECONDS'),
  },
  { id: 'failed', header: 'Said no', minWidth: 120, cell: ({ statistics }) => failSentence(statistics) },
  { id: 'errored', header: 'Could not tell', minWidth: 110, cell: ({ statistics }) => statistics.errored },
  { id: 'runs', header: 'Runs', minWidth: 70, cell: ({ statistics }) => statistics.runs },
];

/** The checks that cost most: those that are flaky, slow, or fail. */
export function Standings({ choice, parameters, change }: Props) {
  const order = oneOf(parameters.get('order')?.toUpperCase() ?? null, ORDERS);
  const { data, problem, loading, refresh } = useLive(
    CheckStandingsDocument,
    { order, days: daysAsked(choice.days) },
    { touches: ({ type }) => type === 'check_run.changed' || type === 'configuration.changed' },
  );
  const kept = useKept(data);
  return (
    <SpaceBetween size="l">
      <ChoiceField
        label="Time"
        value={String(choice.days)}
        options={RANGES.map((days) => ({ value: String(days), label: `Last ${days} days` }))}
        onChange={(days) => change({ days: days === '30' ? undefined : days })}
      />
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={kept?.checkStatistics ?? []}
        trackBy={({ check }) => check.name}
        columnDefinitions={COLUMNS}
        loading={loading && kept === undefined}
        loadingText="Asking for the checks"
        ariaLabels={{ tableLabel: 'Checks' }}
        header={
          <Header
            variant="h2"
            description={ORDER_SENTENCES[order]}
            actions={
              <SegmentedControl
                label="Order"
                selectedId={order}
                options={OPTIONS}
                onChange={({ detail }) =>
                  change({
                    order: detail.selectedId === 'FLAKIEST' ? undefined : detail.selectedId.toLowerCase(),
                  })
                }
              />
            }
          >
            Checks
          </Header>
        }
        empty={
          <Empty title="No check has run in this time">
            A check&apos;s runs are counted when a pipeline reports them. Look at more time.
          </Empty>
        }
      />
    </SpaceBetween>
  );
}
