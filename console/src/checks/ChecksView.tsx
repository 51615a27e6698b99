import './checks.css';

import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { print } from 'graphql';
import { useMemo } from 'react';

import { ViewHeader } from '../app/ViewHeader';
import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { ChecksPageDocument } from './checks.generated';
import { COLUMNS } from './columns';
import { Filters } from './Filters';
import { arranged, listed, wantedOf } from './listing';
import { Teaching } from './Teaching';
import { useSearch } from './useSearch';

const TOUCHING = /^(check_run\.changed|check\.|configuration\.changed|service\.placed)/;

function touches({ type }: LoggedEvent): boolean {
  return TOUCHING.test(type);
}

const distinct = (values: readonly string[]): string[] => [...new Set(values.filter(Boolean))];

/** Every check: where it is required, how its last runs came out, how long they take and how often they contradict. */
export default function ChecksView() {
  const [search, change] = useSearch();
  const wanted = wantedOf(search);
  const { data, problem, loading, refresh } = useLive(ChecksPageDocument, {}, { touches });
  const all = useMemo(() => (data ? listed(data, wanted.service) : []), [data, wanted.service]);
  const rows = arranged(all, wanted);
  const isEmpty = data !== undefined && all.length === 0;
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title="Checks"
        counter={data ? `(${all.length})` : ''}
        description="What stages and waves require before or after a deployment, and whether it may be relied on. Numbers are of the last 30 days; of one service, of its last runs."
        equivalent={{
          command: "interlock query '{ checks { nodes { name mode shadow { wouldHaveBlocked } } } }'",
          document: print(ChecksPageDocument),
        }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {isEmpty ? (
        <Teaching />
      ) : (
        <Table
          items={rows}
          trackBy={({ check }) => check.id}
          columnDefinitions={COLUMNS}
          loading={loading}
          loadingText="Asking for the checks"
          wrapLines
          enableKeyboardNavigation
          stickyHeader
          ariaLabels={{ tableLabel: 'Checks' }}
          filter={
            <Filters
              wanted={wanted}
              services={(data?.services.nodes ?? []).map(({ name }) => name)}
              stages={distinct(all.map(({ stage }) => stage))}
              kinds={distinct(all.map(({ check }) => check.kind))}
              found={rows.length === 1 ? '1 check' : `${rows.length} checks`}
              onChange={change}
            />
          }
          empty={
            <Empty
              title="No check is as you ask"
              action={
                <Button
                  onClick={() =>
                    change(Object.fromEntries([...search.keys()].map((name) => [name, undefined])))
                  }
                >
                  Show all
                </Button>
              }
            >
              <Box color="inherit">{`There are ${all.length}; the filters above hide them.`}</Box>
            </Empty>
          }
        />
      )}
    </SpaceBetween>
  );
}
