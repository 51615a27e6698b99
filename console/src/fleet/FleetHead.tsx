import type { VirtualItem } from '@tanstack/react-virtual';
import { useMemo } from 'react';

import { type Column, type Span, stageSpans, waveSpans } from './columns';
import { HEAD } from './focus';

interface Props {
  columns: readonly Column[];
  items: readonly VirtualItem[];
  first: number;
  width: number;
  /** The column that Tab leads to, when it is in the header. */
  entry: string | undefined;
}

function SpanRow(props: { spans: readonly Span[]; first: number; width: number; kind: 'stage' | 'wave' }) {
  const { spans, first, width, kind } = props;
  return (
    <div role="row" aria-rowindex={kind === 'stage' ? 1 : 2} className={`fleet-spans ${kind}`}>
      <div role="columnheader" aria-colindex={1} className="fleet-corner" style={{ width: first }}>
        {kind === 'stage' ? 'Stage' : 'Wave'}
      </div>
      {spans.map(({ name, start, count, production }) => (
        <div
          key={name}
          role="columnheader"
          aria-colindex={start + 2}
          aria-colspan={count}
          className={production ? 'fleet-span production' : 'fleet-span'}
          style={{ left: first + start * width, width: count * width }}
        >
          <span className="fleet-span-name" style={{ left: first }}>
            {name}
            {production && kind === 'stage' && <span className="fleet-production">production</span>}
          </span>
        </div>
      ))}
    </div>
  );
}

/** Stage, wave and environment: three lines that stay in sight. */
export function FleetHead({ columns, items, first, width, entry }: Props) {
  const stages = useMemo(() => stageSpans(columns), [columns]);
  const waves = useMemo(() => waveSpans(columns), [columns]);
  return (
    <div role="rowgroup" className="fleet-head">
      <SpanRow kind="stage" spans={stages} first={first} width={width} />
      <SpanRow kind="wave" spans={waves} first={first} width={width} />
      <div role="row" aria-rowindex={3} className="fleet-spans environment">
        <div
          role="columnheader"
          aria-colindex={1}
          tabIndex={entry === HEAD ? 0 : -1}
          className="fleet-corner"
          style={{ width: first }}
          data-line={HEAD}
          data-column={HEAD}
        >
          Service
        </div>
        {items.map(({ index, start, size }) => {
          const { name, account, wave } = columns[index]!;
          return (
            <div
              key={name}
              role="columnheader"
              aria-colindex={index + 2}
              className={wave.stage.production ? 'fleet-span production' : 'fleet-span'}
              style={{ left: start, width: size }}
            >
              <a
                href={`/environments/${encodeURIComponent(name)}`}
                tabIndex={entry === name ? 0 : -1}
                title={`${name}, account ${account.name} (${account.awsId})`}
                data-line={HEAD}
                data-column={name}
              >
                {name}
              </a>
              <span className="fleet-about">{account.name}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
