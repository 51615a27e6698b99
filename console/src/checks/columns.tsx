import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import type { TableProps } from '@cloudscape-design/components/table';

import { addresses } from '../deployment/addresses';
import { Go } from '../deployment/Go';
import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import type { Listed } from './listing';
import { Sparkline } from './Sparkline';
import { countsOf, percent, statisticsOf } from './statistics';
import { inWords, kindOf, seconds, shadowVerdict } from './words';

function Latest({ latest }: Listed) {
  const counts = countsOf(latest);
  if (counts.length === 0) return <Status status={undefined}>It has not run yet</Status>;
  return (
    <span className="outcome-counts">
      {counts.map(([status, count]) => (
        <Status key={status} status={status}>
          {count} {status.toLowerCase().replace('_', ' ')}
        </Status>
      ))}
      <Box variant="small" color="text-body-secondary">
        <Moment at={latest[0]?.startedAt} />
      </Box>
    </span>
  );
}

function Mode({ check: { mode, shadow } }: Listed) {
  if (mode === 'BLOCKING') return <Badge color="blue">Blocking</Badge>;
  return (
    <>
      <Badge>Shadow</Badge>
      <Box variant="small" color="text-body-secondary" display="block">
        {shadowVerdict(shadow)}
      </Box>
    </>
  );
}

/** The columns of the table of checks. */
export const COLUMNS: TableProps.ColumnDefinition<Listed>[] = [
  {
    id: 'name',
    header: 'Check',
    isRowHeader: true,
    cell: ({ check }) => (
      <>
        <Go to={addresses.check(check.name)}>{check.name}</Go>
        <Box variant="small" color="text-body-secondary" display="block">
          {kindOf(check.kind)}
        </Box>
      </>
    ),
    minWidth: 150,
  },
  {
    id: 'where',
    header: 'Required',
    cell: ({ where, check }) => `${check.when === 'BEFORE' ? 'before' : 'after'} ${where}`,
    minWidth: 135,
  },
  { id: 'whom', header: 'For', cell: ({ whom }) => whom, minWidth: 95 },
  { id: 'mode', header: 'Mode', cell: (row) => <Mode {...row} />, minWidth: 105 },
  { id: 'latest', header: 'Latest', cell: (row) => <Latest {...row} />, minWidth: 165 },
  {
    id: 'durations',
    header: 'Durations',
    cell: ({ runs }) => <Sparkline runs={runs} words={inWords(runs, statisticsOf(runs))} />,
    minWidth: 136,
  },
  {
    id: 'median',
    header: 'Median',
    cell: ({ statistics }) => seconds(statistics.medianSeconds),
    minWidth: 92,
  },
  {
    id: 'p95',
    header: '95 % within',
    cell: ({ statistics }) => seconds(statistics.p95Seconds),
    minWidth: 100,
  },
  { id: 'flaky', header: 'Flaky', cell: ({ statistics }) => percent(statistics.flakeRate), minWidth: 77 },
];
