import Table, { type TableProps } from '@cloudscape-design/components/table';
import { Link } from 'react-router';

import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import type { RunAction, RunCheck, Step, StepEnvironment } from './course';

type EnvironmentLine = StepEnvironment & { zone: string | undefined };

const ENVIRONMENTS: TableProps.ColumnDefinition<EnvironmentLine>[] = [
  {
    id: 'name',
    header: 'Environment',
    isRowHeader: true,
    minWidth: 150,
    cell: ({ name }) => <Link to={`/environments/${name}`}>{name}</Link>,
  },
  {
    id: 'region',
    header: 'Region',
    minWidth: 120,
    cell: ({ region, zone }) => <span title={zone}>{region ?? '–'}</span>,
  },
  {
    id: 'status',
    header: 'Deployment',
    minWidth: 180,
    cell: ({ name, status, deploymentId, reason }) => (
      <>
        <Status status={status} />{' '}
        {deploymentId !== null && (
          <Link
            to={`/deployments/${encodeURIComponent(deploymentId)}`}
            aria-label={`Details of the deployment to ${name}`}
          >
            details
          </Link>
        )}
        {reason && <div>{reason}</div>}
      </>
    ),
  },
];

/** The environments of a step, with their deployments. */
export function EnvironmentsTable({ step, zones }: { step: Step; zones: ReadonlyMap<string, string> }) {
  return (
    <Table
      variant="embedded"
      wrapLines
      items={step.environments.map((each) => ({ ...each, zone: zones.get(each.name) }))}
      trackBy="name"
      ariaLabels={{ tableLabel: `Environments of ${step.title}` }}
      empty="It deploys to no environment."
      columnDefinitions={ENVIRONMENTS}
    />
  );
}

const MODES = { BLOCKING: 'blocking', SHADOW: 'shadow' };
const WHENS = { BEFORE: 'before', AFTER: 'after' };

type CheckLine = Pick<RunCheck, 'name' | 'mode' | 'when'> & { run: RunCheck | null };

/** The runs of a step's checks, and those that are planned and have not begun. */
function checkLines({ checks, planned }: Step): CheckLine[] {
  const begun = new Set(checks.map(({ name }) => name));
  return [
    ...checks.map((run) => ({ ...run, run })),
    ...(planned?.checks ?? [])
      .filter(({ name }) => !begun.has(name))
      .map((check) => ({ ...check, run: null })),
  ];
}

const CHECKS: TableProps.ColumnDefinition<CheckLine>[] = [
  {
    id: 'name',
    header: 'Check',
    isRowHeader: true,
    // the bake of a wave is no check that anybody has registered
    cell: ({ name }) => (name === 'bake' ? 'bake' : <Link to={`/checks/${name}`}>{name}</Link>),
  },
  { id: 'subject', header: 'On', cell: ({ run }) => run?.subject ?? '–' },
  {
    id: 'status',
    header: 'Outcome',
    cell: ({ run }) => (
      <>
        {run === null ? <Status status="PENDING">Not started</Status> : <Status status={run.status} />}
        {run?.cause && <div>{run.cause}</div>}
      </>
    ),
  },
  { id: 'mode', header: 'Counts', cell: ({ mode, when }) => `${MODES[mode]}, ${WHENS[when]}` },
  { id: 'since', header: 'Since', cell: ({ run }) => <Moment at={run?.endedAt ?? run?.startedAt} /> },
];

/** The checks of a step, with their outcome and its cause. */
export function ChecksTable({ step }: { step: Step }) {
  return (
    <Table
      variant="embedded"
      items={checkLines(step)}
      trackBy={({ name, run }) => run?.id ?? name}
      ariaLabels={{ tableLabel: `Checks of ${step.title}` }}
      empty="It requires no checks."
      columnDefinitions={CHECKS}
    />
  );
}

const ACTIONS: TableProps.ColumnDefinition<RunAction>[] = [
  { id: 'name', header: 'Action', isRowHeader: true, cell: ({ name }) => name },
  { id: 'status', header: 'Status', cell: ({ status }) => <Status status={status} /> },
  { id: 'since', header: 'Since', cell: ({ startedAt, endedAt }) => <Moment at={endedAt ?? startedAt} /> },
];

/** The actions of a step that is no wave. */
export function ActionsTable({ step }: { step: Step }) {
  return (
    <Table
      variant="embedded"
      items={step.stages.flatMap(({ actions }) => actions.nodes)}
      trackBy="id"
      ariaLabels={{ tableLabel: `Actions of ${step.title}` }}
      empty="It has not begun."
      columnDefinitions={ACTIONS}
    />
  );
}
