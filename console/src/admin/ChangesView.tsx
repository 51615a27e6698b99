import './admin.css';

import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { print } from 'graphql';
import { useCallback, useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';

import { queryCommand } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { filterOf, type ListedChange, openNumber, summaryOf } from './audit';
import { ChangeListDocument } from './changes.generated';
import { KINDS } from './kinds';
import { OpenChange } from './OpenChange';
import { ofConfiguration } from './useConfiguration';

const PAGE = 50;
const MOST = 500;
const REST = 300;
const ALL = { value: '', label: 'All kinds' };
const KIND_OPTIONS = [ALL, ...KINDS.map(({ kind, many }) => ({ value: kind as string, label: many }))];

const COLUMNS: TableProps.ColumnDefinition<ListedChange>[] = [
  {
    id: 'number',
    header: 'Change',
    cell: (change) => <Opening change={change} />,
    width: 100,
    isRowHeader: true,
  },
  { id: 'time', header: 'When', cell: ({ time }) => <Moment at={time} />, width: 140 },
  { id: 'actor', header: 'Who', cell: ({ actor }) => actor, width: 160 },
  { id: 'what', header: 'What', cell: (change) => summaryOf(change), minWidth: 280 },
  { id: 'reason', header: 'Why', cell: ({ reason }) => reason ?? '–', minWidth: 200 },
];

function Opening({ change: { number } }: { change: ListedChange }) {
  const [search] = useSearchParams();
  const next = new URLSearchParams(search);
  next.set('change', String(number));
  return <Link to={`/changes?${next.toString()}`}>{number}</Link>;
}

type Put = (name: string, value: string) => void;

/** A text that is put into the address once it rests. */
function Narrowing({ label, name, value, put }: { label: string; name: string; value: string; put: Put }) {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => put(name, typed), REST);
    return () => clearTimeout(timer);
  }, [typed, value, name, put]);
  return (
    <FormField label={label}>
      <Input
        type="search"
        value={typed}
        placeholder="All"
        onChange={({ detail }) => setTyped(detail.value)}
      />
    </FormField>
  );
}

function Filters({ search, put }: { search: URLSearchParams; put: Put }) {
  const kind = search.get('kind') ?? '';
  return (
    <div className="filters">
      <Narrowing label="Who" name="actor" value={search.get('actor') ?? ''} put={put} />
      <FormField label="Kind">
        <Select
          options={KIND_OPTIONS}
          selectedOption={KIND_OPTIONS.find(({ value }) => value === kind) ?? ALL}
          onChange={({ detail }) => put('kind', detail.selectedOption.value ?? '')}
        />
      </FormField>
      <Narrowing label="Name" name="name" value={search.get('name') ?? ''} put={put} />
    </div>
  );
}

function usePut(): [URLSearchParams, Put] {
  const [search, setSearch] = useSearchParams();
  const put = useCallback<Put>(
    (name, value) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return [search, put];
}

function commandOf(open: number | undefined): string {
  if (open === undefined)
    return queryCommand('{ changes(first: 50) { nodes { number time actor reason } } }');
  return queryCommand(
    `{ change(number: ${open}) { time actor reason entries { nodes { kind name before after } } } }`,
  );
}

/** The audit: every change of the configuration, the newest first; what it did, and how it is taken back. */
export default function ChangesView() {
  const [search, put] = usePut();
  const [first, setFirst] = useState(PAGE);
  const [reverted, setReverted] = useState<number | null>();
  const filter = filterOf(search);
  const open = openNumber(search);
  const variables = { first, filter };
  const { data, problem, loading, refresh } = useLive(ChangeListDocument, variables, {
    touches: ofConfiguration,
  });
  const changes = data?.changes;
  const narrowed = Object.keys(filter).length > 0;
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title="Changes"
        description="Who changed the configuration, when, from where and why. Each can be looked into, and taken back."
        equivalent={{
          command: commandOf(open),
          document: print(ChangeListDocument),
          variables,
        }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {reverted !== undefined && (
        <Alert type="success" dismissible onDismiss={() => setReverted(undefined)}>
          {reverted === null ? (
            'Nothing differed: it was so already.'
          ) : (
            <>
              Taken back by <Link to={`/changes?change=${reverted}`}>change {reverted}</Link>.
            </>
          )}
        </Alert>
      )}
      {open !== undefined && (
        <OpenChange
          key={open}
          number={open}
          onClose={() => put('change', '')}
          onReverted={(change) => {
            setReverted(change);
            refresh();
          }}
        />
      )}
      <Filters search={search} put={put} />
      <Table<ListedChange>
        variant="container"
        items={changes?.nodes ?? []}
        columnDefinitions={COLUMNS}
        trackBy="number"
        loading={loading}
        loadingText="Asking the service"
        wrapLines
        ariaLabels={{ tableLabel: 'Changes' }}
        footer={
          changes?.pageInfo.hasNextPage &&
          (first < MOST ? (
            <Button onClick={() => setFirst(Math.min(MOST, first * 2))}>Show older ones</Button>
          ) : (
            `The newest ${MOST} are shown: narrow the list to see others.`
          ))
        }
        empty={
          narrowed ? (
            <Empty title="Nothing is found">No change fits. Take a word out of the fields above.</Empty>
          ) : (
            <Empty title="There is no change yet">
              Whatever is registered, changed or archived appears here.
            </Empty>
          )
        }
      />
    </SpaceBetween>
  );
}
