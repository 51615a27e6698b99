import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { RouteLink } from '../parts/RouteLink';
import { Trouble } from '../parts/Trouble';
import { searchOf, type UrlChanges } from '../parts/url';
import { type Choice, filterOf, type Grouping, opening } from './choice';
import { MeasuresApartDocument, type MeasuresApartQuery } from './DeliveryView.generated';
import { formatted, MEANINGS, type Measure, MEASURES, sampleSentence } from './measures';
import { touchesMeasures, useKept } from './window';

type Row = MeasuresApartQuery['dora']['groups'][number];

interface Props {
  choice: Choice;
  window: { from: string; to: string | null };
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

const GROUPS = [
  { id: 'SERVICE', text: 'Service' },
  { id: 'TEAM', text: 'Team' },
  { id: 'STAGE', text: 'Stage' },
];

const FILTERS: Readonly<Record<Grouping, string>> = { SERVICE: 'services', TEAM: 'team', STAGE: 'stage' };

function Value({
  row,
  measure,
  filter,
  parameters,
}: {
  row: Row;
  measure: Measure;
  filter: string;
  parameters: URLSearchParams;
}) {
  const { unit } = MEANINGS[measure];
  const numbers = row.metrics[measure];
  const said = formatted(numbers.value, unit);
  if (numbers.value === null || row.name === null) return <span className="number">{said}</span>;
  const behind = unit === 'SHARE' ? 'sample' : 'deliveries';
  const to = searchOf(parameters, { [filter]: row.name, ...opening({ measure, behind }) });
  return (
    <>
      <RouteLink to={to}>{said}</RouteLink> <small>{sampleSentence(unit, numbers)}</small>
    </>
  );
}

function columns(by: Grouping, parameters: URLSearchParams): TableProps.ColumnDefinition<Row>[] {
  const filter = FILTERS[by];
  return [
    {
      id: 'name',
      header: by[0] + by.slice(1).toLowerCase(),
      isRowHeader: true,
      minWidth: 140,
      cell: ({ name }) =>
        name === null ? (
          'No team'
        ) : (
          <RouteLink to={searchOf(parameters, { [filter]: name })} ariaLabel={`Look at ${name} alone`}>
            {name}
          </RouteLink>
        ),
    },
    ...MEASURES.map((measure) => ({
      id: measure,
      header: MEANINGS[measure].title,
      minWidth: 150,
      cell: (row: Row) => <Value row={row} measure={measure} filter={filter} parameters={parameters} />,
    })),
  ];
}

/** The measures of each service, team or stage. */
export function Apart({ choice, window, parameters, change }: Props) {
  const { data, problem, loading, refresh } = useLive(
    MeasuresApartDocument,
    { ...window, filter: filterOf(choice), by: choice.group },
    { touches: touchesMeasures },
  );
  const kept = useKept(data);
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={kept?.dora.groups ?? []}
        trackBy={({ name }) => name ?? ''}
        columnDefinitions={columns(choice.group, parameters)}
        wrapLines
        stickyColumns={{ first: 1 }}
        loading={loading && kept === undefined}
        loadingText="Asking for the measures"
        ariaLabels={{ tableLabel: 'Measures apart' }}
        header={
          <Header
            variant="h2"
            actions={
              <SegmentedControl
                label="Told apart by"
                selectedId={choice.group}
                options={GROUPS}
                onChange={({ detail }) =>
                  change({
                    group: detail.selectedId === 'SERVICE' ? undefined : detail.selectedId.toLowerCase(),
                  })
                }
              />
            }
          >
            Told apart
          </Header>
        }
        empty={
          <Empty title="Nothing was delivered in this time">
            A delivery is one execution that reached an environment that is looked at. Look at more time, or
            at more than production.
          </Empty>
        }
      />
    </div>
  );
}
