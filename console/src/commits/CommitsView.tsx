import './commits.css';

import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { print } from 'graphql';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

import { queryCommand } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { TOKENS } from '../fleet/tokens';
import { COUNTS, useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { LatestCommitsDocument, RegionZonesDocument, WhereaboutsDocument } from './commits.generated';
import { Found } from './Found';
import type { Zones } from './journey';
import { LatestCommits } from './LatestCommits';
import { understand } from './search';
import { SearchField } from './SearchField';
import { touchesAny } from './touching';

function useZones(): Zones {
  const { data } = useLive(RegionZonesDocument, {}, { touches: ({ type }) => type === 'region.updated' });
  return useMemo(
    () => new Map(data?.regions.nodes.map(({ name, timeZone }) => [name, timeZone] as const) ?? []),
    [data],
  );
}

function Nothing({ search }: { search: string }) {
  return (
    <Empty title={`Nothing is known of ${search}`}>
      No pipeline of a registered service has seen it. A commit is known as soon as its pipeline starts: one
      of another branch, or one that was overtaken before its pipeline could start, never is. A tag or a pull
      request is known where the pipeline told it.
    </Empty>
  );
}

function Refused({ message, remedy }: { message: string; remedy: string }) {
  return (
    <Alert type="info" header={message}>
      {remedy}
    </Alert>
  );
}

function Results({ search }: { search: string }) {
  const zones = useZones();
  const found = useLive(
    WhereaboutsDocument,
    { search },
    { touches: (event) => touched(event), again: COUNTS },
  );
  const answer = found.data?.whereabouts;
  const all = answer && 'whereabouts' in answer ? answer.whereabouts : undefined;
  const touched = touchesAny(all?.map(({ service }) => service) ?? []);
  return (
    <SpaceBetween size="l">
      <Trouble problem={found.problem} onRetry={found.refresh} />
      {found.loading && <StatusIndicator type="loading">Looking for {search}</StatusIndicator>}
      {answer && 'remedy' in answer && <Refused message={answer.message} remedy={answer.remedy} />}
      {all?.length === 0 && <Nothing search={search} />}
      {all?.map((each) => (
        <Found key={`${each.service} ${each.revision.revision}`} found={each} zones={zones} />
      ))}
    </SpaceBetween>
  );
}

function equivalentOf(search: string) {
  if (search === '') return { command: 'interlock executions', document: print(LatestCommitsDocument) };
  return {
    command: queryCommand(
      `{ whereabouts(search: ${JSON.stringify(search)}) { ... on WhereaboutsFound { whereabouts { service ` +
        'environments { environment state expectedAt sentence } } } ... on InvalidValue { message remedy } } }',
    ),
    document: print(WhereaboutsDocument),
    variables: { search },
  };
}

/** Where is my commit: how far it has come, and when it reaches each Region. */
export default function CommitsView() {
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.get('search')?.trim() ?? '';
  const understood = understand(search);
  const look = (text: string): void => setParameters(text === '' ? {} : { search: text });
  return (
    <div className="commits" style={TOKENS}>
      <SpaceBetween size="l">
        <ViewHeader title="Where is my commit" equivalent={equivalentOf(search)} />
        <SearchField key={search} search={search} onSearch={look} />
        {understood.kind === 'nothing' && <LatestCommits />}
        {understood.kind === 'wrong' && (
          <Box color="text-body-secondary">Nothing was looked for: see the field above.</Box>
        )}
        {understood.kind !== 'nothing' && understood.kind !== 'wrong' && <Results search={search} />}
      </SpaceBetween>
    </div>
  );
}
