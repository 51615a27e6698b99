import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { linkOfUrl } from '../deployment/aws';
import { AwsPlace } from '../deployment/AwsPlace';
import { addresses } from '../deployment/addresses';
import { Go } from '../deployment/Go';
import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import { CheckHistoryDocument, type CheckHistoryQuery } from './checks.generated';
import { askedPage, pagesBeside } from './paging';
import { newestFirst, secondsOf } from './statistics';
import { type Place, reportedLinks, targetOf } from './targets';
import { useSearch } from './useSearch';
import { seconds } from './words';

type Run = NonNullable<CheckHistoryQuery['check']>['runs']['nodes'][number];

function Links({ run, kind, place }: { run: Run; kind: string; place: Place | undefined }) {
  return (
    <>
      {reportedLinks(run.detail).map(({ name, href }) => (
        <AwsPlace key={name} link={linkOfUrl(href, name)} brief />
      ))}
      <AwsPlace link={targetOf(kind, run.configuration, place)} brief />
    </>
  );
}

function Of({ execution }: Run) {
  const service = execution.pipeline.service?.name;
  if (service === undefined) return <Revision revision={execution.revision} />;
  return (
    <>
      <Go to={addresses.pipeline(service, execution.executionId)}>{service}</Go>{' '}
      <Revision revision={execution.revision} />
    </>
  );
}

function Took({ run }: { run: Run }) {
  return <span className="moment">{seconds(secondsOf(run))}</span>;
}

function columns(
  kind: string,
  placeOf: (subject: string) => Place | undefined,
): TableProps.ColumnDefinition<Run>[] {
  return [
    {
      id: 'status',
      header: 'Outcome',
      isRowHeader: true,
      cell: ({ status }) => <Status status={status} />,
      minWidth: 115,
    },
    { id: 'cause', header: 'Cause', cell: ({ cause }) => cause ?? '–', minWidth: 90 },
    { id: 'subject', header: 'Looked at', cell: ({ subject }) => subject, minWidth: 150 },
    { id: 'of', header: 'Execution', cell: (run) => <Of {...run} />, minWidth: 180 },
    { id: 'wave', header: 'Wave', cell: ({ wave }) => wave.name, minWidth: 85 },
    {
      id: 'try',
      header: 'Attempt, try',
      cell: ({ attempt, tryNumber, mode }) =>
        `${attempt}, ${tryNumber}${mode === 'SHADOW' ? ', in shadow' : ''}`,
      minWidth: 95,
    },
    { id: 'took', header: 'Took', cell: (run) => <Took run={run} />, minWidth: 115 },
    { id: 'began', header: 'Began', cell: ({ startedAt }) => <Moment at={startedAt} />, minWidth: 125 },
    {
      id: 'links',
      header: 'To be seen at',
      cell: (run) => <Links run={run} kind={kind} place={placeOf(run.subject)} />,
      minWidth: 110,
    },
  ];
}

interface Props {
  name: string;
  kind: string;
  placeOf: (subject: string) => Place | undefined;
}

/** Its runs, the newest first, page by page. */
export function History({ name, kind, placeOf }: Props) {
  const [search, change] = useSearch();
  const { data, problem, loading, refresh } = useLive(
    CheckHistoryDocument,
    { name, ...askedPage(search) },
    {
      touches: ({ type, payload }: LoggedEvent) => type === 'check_run.changed' && payload['check'] === name,
    },
  );
  const runs = data?.check?.runs;
  const { older, newer } = runs ? pagesBeside(search, runs.pageInfo) : { older: undefined, newer: undefined };
  return (
    <SpaceBetween size="xs">
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={newestFirst(runs?.nodes ?? [])}
        trackBy="id"
        columnDefinitions={columns(kind, placeOf)}
        loading={loading}
        loadingText="Asking for its runs"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: 'History of runs' }}
        header={
          <Header
            variant="h2"
            description="The newest first."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!newer} iconName="angle-left" onClick={() => newer && change(newer)}>
                  Newer
                </Button>
                <Button
                  disabled={!older}
                  iconName="angle-right"
                  iconAlign="right"
                  onClick={() => older && change(older)}
                >
                  Older
                </Button>
              </SpaceBetween>
            }
          >
            History
          </Header>
        }
        empty={
          <Box color="text-body-secondary">
            It has not run yet: it does when a revision of a service that it guards comes to its wave.
          </Box>
        }
      />
    </SpaceBetween>
  );
}
