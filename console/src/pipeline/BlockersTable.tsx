import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { ActionButton } from '../parts/ActionButton';
import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import { type BlockerKind, blockerName, type HeldBack, mayBeOverridden } from './blockers';
import { capital } from '../parts/capital';
import { Soon } from './Soon';

type Line = HeldBack & { isAbout: string | null; onOverride: () => void };

const COLUMNS: TableProps.ColumnDefinition<Line>[] = [
  {
    id: 'kind',
    header: 'What',
    minWidth: 150,
    cell: ({ kind, override }) => (
      <Status status={override === null ? 'WAITING' : 'STOPPED'}>{blockerName(kind)}</Status>
    ),
  },
  {
    id: 'sentence',
    header: 'Why',
    minWidth: 240,
    isRowHeader: true,
    cell: ({ sentence, override, isAbout }) => (
      <>
        {capital(sentence)} {override !== null && <Badge color="grey">passed by {override}</Badge>}
        {isAbout !== null && <Box variant="small">For {isAbout}</Box>}
      </>
    ),
  },
  { id: 'since', header: 'Since', width: 130, cell: ({ since }) => <Moment at={since} /> },
  {
    id: 'clears',
    header: 'Clears',
    width: 140,
    cell: ({ clearsAt }) => (clearsAt === null ? 'nobody can tell' : <Soon at={clearsAt} />),
  },
  {
    id: 'override',
    header: 'Override',
    width: 150,
    cell: (line) => <Overriding {...line} />,
  },
];

function Overriding(line: Line) {
  if (line.override !== null) return <>{line.override}</>;
  if (!mayBeOverridden(line)) return <>never</>;
  return (
    <ActionButton
      permission="GRANT_OVERRIDE"
      variant="inline-link"
      ariaLabel={`Let pass: ${blockerName(line.kind)}`}
      onClick={line.onOverride}
    >
      Let it pass
    </ActionButton>
  );
}

interface Props {
  blockers: readonly HeldBack[];
  /** How many environments were asked for: what holds all of them needs no list of them. */
  asked: number;
  onOverride: (kind: BlockerKind, environments: string[]) => void;
}

/** What holds a wave back, each with its reason, since when, until when, and who lets it pass. */
export function BlockersTable({ blockers, asked, onOverride }: Props) {
  return (
    <Table
      variant="embedded"
      items={blockers.map((blocker) => ({
        ...blocker,
        isAbout: blocker.environments.length < asked ? blocker.environments.join(', ') : null,
        onOverride: () => onOverride(blocker.kind, blocker.environments),
      }))}
      wrapLines
      trackBy={({ kind, sentence, override }) => `${kind}/${sentence}/${override}`}
      ariaLabels={{ tableLabel: 'What holds it back' }}
      columnDefinitions={COLUMNS}
    />
  );
}
