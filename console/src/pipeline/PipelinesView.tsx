import './pipeline.css';

import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { print } from 'graphql';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';

import { ViewHeader } from '../app/ViewHeader';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import { PipelinesDocument } from './pipelines.generated';
import { type Filter, filtered, filterOf, parametersOf, type Row, rowOf } from './rows';
import { capital } from '../parts/capital';
import { touchesList } from './touching';
import { TwoLines } from './TwoLines';
import { usePhone } from './usePhone';
import { useWhy } from './usePipeline';

const STATES = [
  { value: '', label: 'All' },
  { value: 'running', label: 'Running' },
  { value: 'failing', label: 'Failing' },
  { value: 'stale', label: 'Built from an old plan' },
  { value: 'idle', label: 'Nothing under way' },
  { value: 'none', label: 'Without a pipeline' },
];

const PAGE = 30;

/** What keeps the revision back that is nearest to the last environment that is before a pipeline. */
function WaitsFor({ service, environment }: { service: string; environment: string }) {
  const { data, problem, loading } = useWhy(service, environment);
  if (loading) return <span aria-busy="true">…</span>;
  const why = data?.why;
  if (why === undefined) return <>{problem?.sentence ?? '–'}</>;
  return <>{capital('sentence' in why ? why.sentence : why.message)}</>;
}

function Now({ row }: { row: Row }): ReactNode {
  const { arn, latest, stage } = row;
  if (arn === null) {
    return (
      <span className="together">
        <StatusIndicator type="stopped">No pipeline yet</StatusIndicator>
      </span>
    );
  }
  if (latest === null) return <StatusIndicator type="pending">Never run</StatusIndicator>;
  return (
    <span className="together">
      <Status status={latest.status} /> {stage !== null && latest.endedAt === null && <span>in {stage}</span>}
      {stage !== null && latest.status === 'FAILED' && <span>in {stage}</span>}
    </span>
  );
}

function Latest({ row: { latest } }: { row: Row }) {
  if (latest === null) return <>–</>;
  return (
    <div>
      <span className="inline">
        <Revision revision={latest.revision} />
        <Moment at={latest.startedAt} />
        {latest.author && <span>{latest.author}</span>}
      </span>
      {latest.commitMessage && <div className="commit-message">{latest.commitMessage.split('\n', 1)[0]}</div>}
    </div>
  );
}

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'service',
    header: 'Service',
    isRowHeader: true,
    sortingField: 'service',
    minWidth: 130,
    cell: ({ service }) => <Link to={`/pipelines/${service}`}>{service}</Link>,
  },
  { id: 'team', header: 'Team', sortingField: 'team', minWidth: 95, cell: ({ team }) => team || '–' },
  { id: 'now', header: 'Now', minWidth: 165, sortingField: 'state', cell: (row) => <Now row={row} /> },
  { id: 'latest', header: 'Latest execution', minWidth: 215, cell: (row) => <Latest row={row} /> },
  {
    id: 'waits',
    header: 'Waits for',
    minWidth: 215,
    cell: ({ service, ahead }) => (ahead === null ? '–' : <WaitsFor service={service} environment={ahead} />),
  },
  {
    id: 'failing',
    header: 'Failing',
    minWidth: 140,
    sortingField: 'failingSince',
    cell: ({ failingSince, failingLonger }) =>
      failingSince === null ? (
        '–'
      ) : (
        <span className="together">
          <StatusIndicator type="error">
            {failingLonger && 'more than '}
            <Moment at={failingSince} />
          </StatusIndicator>
        </span>
      ),
  },
  {
    id: 'plan',
    header: 'Plan',
    minWidth: 100,
    sortingField: 'staleAt',
    cell: ({ arn, staleAt }) =>
      arn === null ? (
        '–'
      ) : staleAt === null ? (
        'current'
      ) : (
        <StatusIndicator type="warning">
          old, <Moment at={staleAt} />
        </StatusIndicator>
      ),
  },
];

const PHONE_COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  { ...COLUMNS[0]!, minWidth: 100 },
  {
    id: 'now',
    header: 'Now',
    sortingField: 'state',
    minWidth: 180,
    cell: (row) => (
      <>
        <Now row={row} />
        {row.latest !== null && (
          <span className="inline">
            <Revision revision={row.latest.revision} />
            <Moment at={row.latest.startedAt} />
          </span>
        )}
        {row.ahead !== null && (
          <Box variant="small" display="block">
            <WaitsFor service={row.service} environment={row.ahead} />
          </Box>
        )}
      </>
    ),
  },
];

function sorted(rows: Row[], field: keyof Row, descending: boolean): Row[] {
  const order = rows.sort((one, other) => String(one[field] ?? '').localeCompare(String(other[field] ?? '')));
  return descending ? order.toReversed() : order;
}

function counted(found: number, known: number, total: number): string {
  return found === known ? `(${total})` : `(${found} of ${total})`;
}

/** Every pipeline: what goes on in it now, and what it waits for. */
export default function PipelinesView() {
  const [parameters, setParameters] = useSearchParams();
  const [page, setPage] = useState(1);
  const phone = usePhone();
  const { data, problem, loading, refresh } = useLive(PipelinesDocument, {}, { touches: touchesList });
  const rows = useMemo(() => (data?.services.nodes ?? []).map(rowOf), [data]);
  const filter = filterOf(parameters);
  const sort = (parameters.get('sort') ?? 'service') as keyof Row;
  const descending = parameters.get('order') === 'desc';
  const found = sorted(filtered(rows, filter), sort, descending);
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const at = Math.min(page, pages);
  const set = (change: Partial<Filter>, order: Record<string, string> = {}): void => {
    const kept = { ...(parameters.has('sort') ? { sort } : {}), ...(descending ? { order: 'desc' } : {}) };
    setParameters({ ...parametersOf({ ...filter, ...change }), ...kept, ...order }, { replace: true });
    setPage(1);
  };
  const teams = [...new Set(rows.map(({ team }) => team).filter(Boolean))].sort();
  const total = data?.services.totalCount ?? 0;
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title="Pipelines"
        {...(data === undefined ? {} : { counter: counted(found.length, rows.length, total) })}
        equivalent={{ command: 'interlock status', document: print(PipelinesDocument) }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        variant="full-page"
        items={found.slice((at - 1) * PAGE, at * PAGE)}
        columnDefinitions={phone ? PHONE_COLUMNS : COLUMNS}
        trackBy="service"
        wrapLines
        stickyHeader
        loading={loading}
        loadingText="Pipelines are being read"
        ariaLabels={{ tableLabel: 'Pipelines' }}
        sortingColumn={{ sortingField: sort }}
        sortingDescending={descending}
        onSortingChange={({ detail }) =>
          set(
            {},
            {
              sort: detail.sortingColumn.sortingField ?? 'service',
              order: detail.isDescending ? 'desc' : 'asc',
            },
          )
        }
        filter={<Filters filter={filter} teams={teams} found={found.length} onChange={set} />}
        pagination={
          <Pagination
            currentPageIndex={at}
            pagesCount={pages}
            ariaLabels={{
              nextPageLabel: 'Next page',
              previousPageLabel: 'Previous page',
              pageLabel: (n) => `Page ${n}`,
            }}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        }
        empty={
          rows.length === 0 ? (
            <TwoLines repository="owner/name" />
          ) : (
            <Empty
              title="No pipeline passes the filter"
              action={
                <Button onClick={() => set({ text: '', team: '', state: '' })}>Show all {rows.length}</Button>
              }
            >
              It looks at services, repositories, commits, messages and authors.
            </Empty>
          )
        }
      />
    </SpaceBetween>
  );
}

interface FiltersProps {
  filter: Filter;
  teams: string[];
  found: number;
  onChange: (change: Partial<Filter>) => void;
}

function Filters({ filter, teams, found, onChange }: FiltersProps) {
  const teamOptions = [{ value: '', label: 'All' }, ...teams.map((team) => ({ value: team, label: team }))];
  return (
    <div className="pipelines-filters">
      <TextFilter
        filteringText={filter.text}
        filteringPlaceholder="Service, commit, message or author"
        filteringAriaLabel="Filter pipelines"
        filteringClearAriaLabel="Clear"
        countText={filter.text === '' ? '' : `${found} found`}
        onChange={({ detail }) => onChange({ text: detail.filteringText })}
      />
      <Select
        inlineLabelText="Team"
        ariaLabel="Team"
        options={teamOptions}
        selectedOption={teamOptions.find(({ value }) => value === filter.team) ?? { value: filter.team }}
        onChange={({ detail }) => onChange({ team: detail.selectedOption.value ?? '' })}
      />
      <Select
        inlineLabelText="State"
        ariaLabel="State"
        options={STATES}
        selectedOption={STATES.find(({ value }) => value === filter.state) ?? STATES[0]!}
        onChange={({ detail }) => onChange({ state: detail.selectedOption.value ?? '' })}
      />
    </div>
  );
}
