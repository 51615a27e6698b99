import { barOf, labelOf } from './bars';
import { BarShape } from './Patterns';
import { Patterns } from './Patterns';
import { type Extent, offset, placeOf, type Tick } from './scale';
import type { Row } from './tree';

export const ROW_HEIGHT = 28;
const BAR_HEIGHT = 14;

interface Props {
  rows: readonly Row[];
  view: Extent;
  ticks: readonly Tick[];
  width: number;
  now: number;
  prefix: string;
  /** What is being picked with the pointer, in pixels. */
  picked: readonly [number, number] | undefined;
  committedAt: number | undefined;
}

function RowBar({
  row,
  at,
  view,
  width,
  now,
  prefix,
}: { row: Row; at: number } & Omit<Props, 'rows' | 'ticks'>) {
  const { span } = row;
  const bar = barOf(span, view, width, now);
  const middle = at * ROW_HEIGHT + ROW_HEIGHT / 2;
  if (bar.outside !== undefined) {
    const before = bar.outside === 'before';
    return (
      <text x={before ? 2 : width - 2} y={middle + 4} textAnchor={before ? 'start' : 'end'}>
        {before ? '◂' : '▸'}
      </text>
    );
  }
  const text = offset((span.to ?? now) - span.from);
  const { x, anchor } = labelOf(bar, width, text);
  const inside = anchor === 'end' && x > bar.x;
  return (
    <>
      <BarShape
        state={span.state}
        x={bar.x}
        y={middle - BAR_HEIGHT / 2}
        width={bar.width}
        height={BAR_HEIGHT}
        prefix={prefix}
      />
      <text x={x} y={middle + 4} textAnchor={anchor} className={inside ? 'in-bar' : undefined}>
        {text}
      </text>
    </>
  );
}

/** The bars of the rows that are to be seen. What it shows is said in the rows beside it, so it is hidden from readers. */
export function Chart(props: Props) {
  const { rows, view, ticks, width, prefix, picked, committedAt } = props;
  const height = rows.length * ROW_HEIGHT;
  const commit = committedAt === undefined ? -1 : placeOf(committedAt, view, width);
  return (
    <svg width={width} height={height} aria-hidden="true">
      <Patterns prefix={prefix} />
      {ticks.map(({ at }) => {
        const x = placeOf(at, view, width);
        return <line key={at} className="waterfall-gridline" x1={x} x2={x} y1={0} y2={height} />;
      })}
      {commit >= 0 && commit <= width && (
        <line className="waterfall-marker" x1={commit + 1} x2={commit + 1} y1={0} y2={height} />
      )}
      {rows.map((row, at) => (
        <RowBar key={row.span.id} {...props} row={row} at={at} />
      ))}
      {picked !== undefined && (
        <rect
          className="waterfall-picked"
          x={Math.min(...picked)}
          width={Math.abs(picked[1] - picked[0])}
          y={0}
          height={height}
        />
      )}
    </svg>
  );
}

/** The marks of the time axis, since the beginning. */
export function Axis({ ticks, view, width }: { ticks: readonly Tick[]; view: Extent; width: number }) {
  return (
    <svg className="waterfall-axis" width={width} height={ROW_HEIGHT} aria-hidden="true">
      {ticks.map(({ at, label }) => {
        const x = placeOf(at, view, width);
        const anchor = x < 20 ? 'start' : x > width - 30 ? 'end' : 'middle';
        return (
          <text key={at} x={x} y={18} textAnchor={anchor}>
            {label}
          </text>
        );
      })}
    </svg>
  );
}
