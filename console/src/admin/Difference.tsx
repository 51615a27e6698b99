import Table, { type TableProps } from '@cloudscape-design/components/table';

import { type FieldDifference, written } from './difference';
import { labelOf } from './form';

/** A value of before or after: in one line where it is short, as JSON where it is not. */
function Value({ value }: { value: unknown }) {
  const deep = value !== null && typeof value === 'object' && !Array.isArray(value);
  const text = deep ? JSON.stringify(value, null, 2) : written(value);
  return deep && text.length > 40 ? (
    <pre className="value">{text}</pre>
  ) : (
    <span className="value">{text}</span>
  );
}

function Lines({ sign, name, items }: { sign: string; name: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <ul className="difference" aria-label={name}>
      {items.map((item) => (
        <li key={item} data-sign={sign}>
          <span aria-hidden="true">{sign} </span>
          {item}
        </li>
      ))}
    </ul>
  );
}

function Before({ item: { before, removed } }: { item: FieldDifference }) {
  if (removed.length > 0) return <Lines sign="−" name="Taken out" items={removed} />;
  return <Value value={before} />;
}

function After({ item: { after, added } }: { item: FieldDifference }) {
  if (added.length > 0) return <Lines sign="+" name="Added" items={added} />;
  return <Value value={after} />;
}

const COLUMNS: TableProps.ColumnDefinition<FieldDifference>[] = [
  { id: 'field', header: 'Field', cell: ({ field }) => labelOf(field), isRowHeader: true, minWidth: 120 },
  {
    id: 'before',
    header: 'Before',
    minWidth: 96,
    cell: (item) => <Before item={item} />,
  },
  {
    id: 'after',
    header: 'After',
    minWidth: 96,
    cell: (item) => <After item={item} />,
  },
];

/** Fields that differ, each before and after; of lists and mappings what came and what went. */
export function Differences({ items, label }: { items: readonly FieldDifference[]; label: string }) {
  return (
    <Table<FieldDifference>
      variant="embedded"
      contentDensity="compact"
      wrapLines
      items={items}
      trackBy="field"
      ariaLabels={{ tableLabel: label }}
      columnDefinitions={COLUMNS}
    />
  );
}
