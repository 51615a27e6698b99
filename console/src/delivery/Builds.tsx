import BarChart from '@cloudscape-design/components/bar-chart';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LineChart from '@cloudscape-design/components/line-chart';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import {
  colorChartsStatusCritical,
  colorChartsStatusInfo,
  colorChartsStatusNeutral,
  colorChartsStatusPositive,
  colorChartsStatusLow,
} from '@cloudscape-design/design-tokens';

import { useLive } from '../graph/useLive';
import { lookOf } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import type { UrlChanges } from '../parts/url';
import { Actions } from './Actions';
import { BrokenPipelines } from './BrokenPipelines';
import { type BuildDay, daysOf, OUTCOMES, type Outcome, within } from './builds';
import { ExecutionsDocument } from './Builds.generated';
import { BuildFilters } from './BuildFilters';
import { type Choice, windowOf } from './choice';
import { dayName, formatted } from './measures';
import { useKept } from './window';

interface Props {
  choice: Choice;
  now: number;
  change: (changes: UrlChanges) => void;
}

const MOST = 500;
const COLOURS: Readonly<Record<Outcome, string>> = {
  SUCCEEDED: colorChartsStatusPositive,
  FAILED: colorChartsStatusCritical,
  STOPPED: colorChartsStatusNeutral,
  SUPERSEDED: colorChartsStatusLow,
  IN_PROGRESS: colorChartsStatusInfo,
};

const DAY_COLUMNS: TableProps.ColumnDefinition<BuildDay>[] = [
  { id: 'day', header: 'From, in UTC', isRowHeader: true, cell: ({ day }) => dayName(day) },
  ...OUTCOMES.map((outcome) => ({
    id: outcome,
    header: lookOf(outcome)[1],
    cell: ({ counts }: BuildDay) => counts[outcome],
  })),
  {
    id: 'median',
    header: 'Median time of those that succeeded',
    cell: ({ medianSeconds }) => formatted(medianSeconds, 'SECONDS'),
  },
];

function seconds(value: number): string {
  return formatted(value, 'SECONDS');
}

function Charts({ days }: { days: readonly BuildDay[] }) {
  const took = days.filter(({ medianSeconds }) => medianSeconds !== null);
  return (
    <>
      <ColumnLayout columns={2}>
        <BarChart
          ariaLabel="Executions by status"
          ariaDescription="The table below says the same."
          height={240}
          hideFilter
          stackedBars
          xScaleType="categorical"
          xTitle="Began, in UTC"
          yTitle="Executions"
          series={OUTCOMES.map((outcome) => ({
            type: 'bar',
            title: lookOf(outcome)[1],
            color: COLOURS[outcome],
            data: days.map(({ day, counts }) => ({ x: dayName(day), y: counts[outcome] })),
          }))}
          i18nStrings={{ chartAriaRoleDescription: 'bar chart' }}
          empty="No execution began in this time"
        />
        <LineChart
          ariaLabel="Median time of executions that succeeded"
          ariaDescription="The table below says the same."
          height={240}
          hideFilter
          hideLegend
          xScaleType="time"
          xTitle="Began, in UTC"
          yTitle="Median time"
          series={
            took.length === 0
              ? []
              : [
                  {
                    type: 'line',
                    title: 'Median time',
                    valueFormatter: seconds,
                    data: took.map(({ day, medianSeconds }) => ({ x: new Date(day), y: medianSeconds! })),
                  },
                ]
          }
          i18nStrings={{
            chartAriaRoleDescription: 'line chart',
            xTickFormatter: (day) => dayName(day.toISOString()),
            yTickFormatter: seconds,
          }}
          empty="No execution of this time has succeeded yet"
        />
      </ColumnLayout>
      <ExpandableSection headerText="The same as a table" variant="footer">
        <Table
          variant="embedded"
          items={days.toReversed()}
          trackBy="day"
          ariaLabels={{ tableLabel: 'Executions by day' }}
          columnDefinitions={DAY_COLUMNS}
        />
      </ExpandableSection>
    </>
  );
}

/** What becomes of executions, how long they take, which pipelines are broken, and what takes longest. */
export function Builds({ choice, now, change }: Props) {
  const service = choice.services[0] ?? null;
  const { data, problem, refresh } = useLive(
    ExecutionsDocument,
    { first: MOST, filter: { service } },
    { touches: ({ type }) => type === 'execution.changed' },
  );
  const kept = useKept(data);
  const window = windowOf(choice, now);
  const end = window.to === null ? now : Date.parse(window.to);
  const found = within(kept?.executions.nodes ?? [], window.from, window.to);
  const oldest = kept?.executions.nodes.at(-1)?.startedAt;
  const cut =
    kept !== undefined &&
    kept.executions.totalCount > MOST &&
    oldest &&
    Date.parse(oldest) > Date.parse(window.from);
  return (
    <SpaceBetween size="l">
      <BuildFilters choice={choice} change={change} />
      <Trouble problem={problem} onRetry={refresh} />
      <BrokenPipelines team={choice.team} />
      <Container
        header={
          <Header
            variant="h2"
            counter={kept ? `(${found.length})` : ''}
            description={
              cut
                ? `Only the last ${MOST} executions are counted here: look at less time, or at one service.`
                : undefined
            }
          >
            Executions
          </Header>
        }
      >
        {kept === undefined ? (
          <div className="charts-loading" aria-busy="true" />
        ) : (
          <Charts days={daysOf(found, window.from, end)} />
        )}
      </Container>
      <Actions service={service} />
    </SpaceBetween>
  );
}
