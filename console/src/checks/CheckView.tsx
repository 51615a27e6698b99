import './checks.css';

import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { print } from 'graphql';
import { useMemo } from 'react';
import { useParams } from 'react-router';

import { queryCommand } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { Go } from '../deployment/Go';
import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { CheckPageDocument, type CheckPageQuery } from './checks.generated';
import { Definition, Guards, Numbers, ShadowVerdict } from './Definition';
import { DurationChart } from './DurationChart';
import { History } from './History';
import { newestFirst, statisticsOf } from './statistics';
import type { Place } from './targets';
import { inWords, kindOf } from './words';

type Check = NonNullable<CheckPageQuery['check']>;

function placesOf({ environments }: CheckPageQuery): ReadonlyMap<string, Place> {
  return new Map(
    environments.nodes.map(({ name, account, region }) => [
      name,
      { accountId: account.awsId, region: region.name },
    ]),
  );
}

function Page({ check, data }: { check: Check; data: CheckPageQuery }) {
  const runs = useMemo(() => newestFirst(check.runs.nodes), [check]);
  const places = useMemo(() => placesOf(data), [data]);
  return (
    <SpaceBetween size="l">
      <ShadowVerdict check={check} />
      <Container header={<Header variant="h2">How long it takes, and how it comes out</Header>}>
        <SpaceBetween size="m">
          <Numbers statistics={check.statistics} of="Of the last 30 days." />
          <DurationChart runs={runs} words={inWords(runs, statisticsOf(runs))} />
        </SpaceBetween>
      </Container>
      <History name={check.name} kind={check.kind} placeOf={(subject) => places.get(subject)} />
      <Definition check={check} />
      <Guards check={check} services={data.services.nodes} />
    </SpaceBetween>
  );
}

/** A check: what it does, whom it guards, how its runs came out, and what it would have blocked. */
export default function CheckView() {
  const { name = '' } = useParams();
  const touches = ({ type, payload }: LoggedEvent): boolean =>
    (type === 'check_run.changed' && payload['check'] === name) ||
    (type.startsWith('check.') && payload['name'] === name) ||
    type === 'service.placed' ||
    type === 'configuration.changed';
  const { data, problem, loading, refresh } = useLive(CheckPageDocument, { name }, { touches });
  const check = data?.check;
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title={name}
        description={
          check ? `${kindOf(check.kind)}${check.archivedAt === null ? '' : ', archived'}` : undefined
        }
        equivalent={{
          command: queryCommand(
            `{ check(name: ${JSON.stringify(name)}) { runs(last: 20) { nodes { status cause } } } }`,
          ),
          document: print(CheckPageDocument),
          variables: { name },
        }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {loading && <div className="view-loading" aria-busy="true" />}
      {data && check && <Page key={name} check={check} data={data} />}
      {data && !check && (
        <Empty title="There is no such check" action={<Go to="/checks">Show all checks</Go>}>
          No stage or wave has ever required a check called {name}. The bake time of a wave is shown with its
          pipeline.
        </Empty>
      )}
    </SpaceBetween>
  );
}
