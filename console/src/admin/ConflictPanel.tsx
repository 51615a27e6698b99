import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { Link } from 'react-router';

import { useLive } from '../graph/useLive';
import { Moment } from '../parts/Moment';
import { LastChangeOfDocument } from './changes.generated';
import { written } from './difference';
import { labelOf } from './form';
import type { Kind } from './kinds';
import type { FieldConflict, Merge } from './merge';
import { ofConfiguration } from './useConfiguration';

/** Who changed an entity last, when and why. */
function LastChange({ kind, name }: { kind: Kind; name: string }) {
  const { data } = useLive(LastChangeOfDocument, { filter: { kind, name } }, { touches: ofConfiguration });
  const last = data?.changes.nodes[0];
  if (!last) return null;
  return (
    <>
      <Link to={`/changes?change=${last.number}`}>Change {last.number}</Link> by {last.actor},{' '}
      <Moment at={last.time} />
      {last.reason ? `: ${last.reason}` : '.'}
    </>
  );
}

type Chosen = ReadonlySet<string>;

interface Choice {
  /** The fields that both changed. */
  both: ReadonlySet<string>;
  theirs: Chosen;
  choose: (field: string, id: string) => void;
}

function Take({ field, choice }: { field: string; choice: Choice }) {
  if (!choice.both.has(field)) return <>Theirs: you left it alone</>;
  return (
    <SegmentedControl
      label={`${labelOf(field)}: which value to take`}
      selectedId={choice.theirs.has(field) ? 'theirs' : 'yours'}
      options={[
        { id: 'yours', text: 'Yours' },
        { id: 'theirs', text: 'Theirs' },
      ]}
      onChange={({ detail }) => choice.choose(field, detail.selectedId)}
    />
  );
}

function columnsOf(choice: Choice): TableProps.ColumnDefinition<FieldConflict>[] {
  return [
    { id: 'field', header: 'Field', cell: ({ field }) => labelOf(field), isRowHeader: true },
    { id: 'base', header: 'It was', cell: ({ base }) => written(base) },
    { id: 'theirs', header: 'It is now', cell: ({ theirs }) => written(theirs) },
    {
      id: 'yours',
      header: 'You typed',
      cell: ({ field, yours }) => (choice.both.has(field) ? written(yours) : '–'),
    },
    {
      id: 'take',
      header: 'Take',
      minWidth: 220,
      cell: ({ field }) => <Take field={field} choice={choice} />,
    },
  ];
}

function Fields({
  merge,
  theirs,
  onChoose,
}: {
  merge: Merge;
  theirs: Chosen;
  onChoose: (theirs: Chosen) => void;
}) {
  const choose = (field: string, id: string): void => {
    const next = new Set(theirs);
    if (id === 'theirs') next.add(field);
    else next.delete(field);
    onChoose(next);
  };
  const both = new Set(merge.conflicts.map(({ field }) => field));
  return (
    <Table<FieldConflict>
      variant="embedded"
      wrapLines
      items={[...merge.conflicts, ...merge.taken]}
      trackBy="field"
      ariaLabels={{ tableLabel: 'Both values, field by field' }}
      columnDefinitions={columnsOf({ both, theirs, choose })}
    />
  );
}

interface Props {
  kind: Kind;
  name: string;
  merge: Merge;
  onMerge: (theirs: Chosen) => void;
}

/** Somebody saved the same entity while it was edited here: what they did, and both values field by field. */
export function ConflictPanel({ kind, name, merge, onMerge }: Props) {
  const [theirs, setTheirs] = useState<Chosen>(new Set());
  return (
    <Alert type="warning" header="Somebody changed this while you were editing it">
      <SpaceBetween size="s">
        <div>
          <LastChange kind={kind} name={name} /> What you typed is kept; take it over field by field.
        </div>
        <Fields merge={merge} theirs={theirs} onChoose={setTheirs} />
        <Button variant="primary" onClick={() => onMerge(theirs)}>
          Go on with these
        </Button>
      </SpaceBetween>
    </Alert>
  );
}
