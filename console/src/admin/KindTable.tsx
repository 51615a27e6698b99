import { useCollection } from '@cloudscape-design/collection-hooks';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { print } from 'graphql';
import { useMemo } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { ActionButton } from '../parts/ActionButton';
import { ViewHeader } from '../app/ViewHeader';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { WholeConfigurationDocument } from './configuration.generated';
import { written } from './difference';
import type { Values } from './entities';
import { labelOf } from './form';
import { aKind, entityHref, type Kind, type KindInfo, kindInfo, newHref } from './kinds';
import { hasArchived, useArchived } from './useArchived';
import { useConfiguration } from './useConfiguration';

const PAGE = 50;

function Cell({ info, column, row }: { info: KindInfo; column: string; row: Values }) {
  const value = row[column];
  if (column === info.key) return <Link to={entityHref(info.kind, String(value))}>{String(value)}</Link>;
  if (typeof value === 'string' && column.endsWith('At')) return <Moment at={value} exact />;
  const refers = kindInfo(column);
  if (refers && typeof value === 'string' && column !== info.kind) {
    return <Link to={entityHref(refers.kind as Kind, value)}>{value}</Link>;
  }
  return <>{written(value)}</>;
}

function columnsOf(info: KindInfo, archived: boolean): TableProps.ColumnDefinition<Values>[] {
  const names = archived ? [info.key, 'archivedAt'] : [info.key, ...info.columns];
  return names.map((name, index) => ({
    id: name,
    header: labelOf(name),
    cell: (row) => <Cell info={info} column={name} row={row} />,
    sortingField: name,
    sortingComparator: comparing(name),
    isRowHeader: index === 0,
    ...(index === 0 ? { minWidth: 130 } : {}),
  }));
}

function comparing(name: string): (one: Values, other: Values) => number {
  return (one, other) => compare(one[name], other[name]);
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return written(one).localeCompare(written(other), 'en', { numeric: true });
}

/** Every entity of a kind: searched, sorted, and those that were archived where there is a list of them. */
export function KindTable({ info }: { info: KindInfo }) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const { entities, problem, refresh } = useConfiguration();
  const archived = search.get('archived') === 'yes' && hasArchived(info.kind);
  const past = useArchived(info.kind, archived);
  const rows = archived ? past.rows : entities?.[info.kind];
  const wanted = (search.get('search') ?? '').toLowerCase();
  const put = (name: string, value: string): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const found = (rows ?? []).filter((row) => JSON.stringify(row).toLowerCase().includes(wanted));
  const columns = useMemo(() => columnsOf(info, archived), [info, archived]);
  const { items, collectionProps, paginationProps } = useCollection(found, {
    sorting: { defaultState: { sortingColumn: columns[0]! } },
    pagination: { pageSize: PAGE },
  });
  const add = (
    <ActionButton
      permission={info.permission}
      variant="primary"
      onClick={() => void navigate(newHref(info.kind))}
    >
      New {info.one}
    </ActionButton>
  );
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title={info.many}
        description={
          <>
            <Link to="/admin">Configuration</Link>. {info.purpose}
          </>
        }
        {...(rows ? { counter: `(${rows.length})` } : {})}
        actions={info.life === 'registered' ? add : undefined}
        equivalent={{ command: 'interlock export', document: print(WholeConfigurationDocument) }}
      />
      <Trouble problem={problem ?? past.problem} onRetry={refresh} />
      <Table<Values>
        {...collectionProps}
        variant="full-page"
        items={items}
        columnDefinitions={columns}
        trackBy={info.key}
        loading={rows === undefined && !problem}
        loadingText="Asking the service"
        wrapLines
        stickyHeader
        ariaLabels={{ tableLabel: info.many }}
        header={
          <Header variant="h2" counter={`(${found.length})`}>
            {archived ? 'Archived' : 'In the fleet'}
          </Header>
        }
        filter={
          <div className="table-tools">
            <TextFilter
              filteringText={search.get('search') ?? ''}
              filteringAriaLabel={`Search ${info.many}`}
              filteringPlaceholder="Search in all fields"
              countText={`${found.length} found`}
              onChange={({ detail }) => put('search', detail.filteringText)}
            />
            {hasArchived(info.kind) && (
              <SegmentedControl
                label="Which ones"
                selectedId={archived ? 'yes' : 'no'}
                options={[
                  { id: 'no', text: 'In the fleet' },
                  { id: 'yes', text: 'Archived' },
                ]}
                onChange={({ detail }) => put('archived', detail.selectedId === 'yes' ? 'yes' : '')}
              />
            )}
          </div>
        }
        pagination={
          (paginationProps.pagesCount ?? 1) > 1 && (
            <Pagination
              {...paginationProps}
              ariaLabels={{
                nextPageLabel: 'Next page',
                previousPageLabel: 'Previous page',
                pageLabel: (page) => `Page ${page}`,
              }}
            />
          )
        }
        empty={
          wanted !== '' ? (
            <Empty
              title="Nothing is found"
              action={<Button onClick={() => put('search', '')}>Show all</Button>}
            >
              No {info.one} has “{wanted}” in any of its fields.
            </Empty>
          ) : archived ? (
            <Empty title="Nothing is archived">What is archived can be brought back from here.</Empty>
          ) : (
            <Empty
              title={`There is no ${info.one} yet`}
              action={info.life === 'registered' ? add : undefined}
            >
              {info.purpose} Register {aKind(info)}, or apply a file that has them.
            </Empty>
          )
        }
      />
    </SpaceBetween>
  );
}
