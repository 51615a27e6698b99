import './grid.css';

import { type KeyboardEvent, type MouseEvent, useMemo, useRef } from 'react';
import { useNavigate } from 'react-router';

import { useNow } from '../graph/service';
import type { Column } from './columns';
import { FleetHead } from './FleetHead';
import { FleetLine } from './FleetLine';
import { HEAD } from './focus';
import type { Line } from './lines';
import { useRoom } from './useRoom';
import { useRovingFocus } from './useRovingFocus';
import { HEAD_HEIGHT, keyOf, LINE_HEIGHT, useVirtual } from './useVirtual';

const HEAD_ROWS = 3;
const NARROWEST = 176;
const WIDEST = 232;

interface Props {
  columns: readonly Column[];
  lines: readonly Line[];
  changed: ReadonlyMap<string, number>;
}

function widthOf(room: number, first: number, columns: number): number {
  return Math.max(NARROWEST, Math.min(WIDEST, Math.floor((room - first) / Math.max(1, columns))));
}

/** A link is followed within the page, unless somebody wants it elsewhere. One listener for all: there are hundreds. */
function useFollowing(): (event: MouseEvent) => void {
  const navigate = useNavigate();
  return (event) => {
    const href = (event.target as Element).closest('a')?.getAttribute('href');
    if (!href || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    void navigate(href);
  };
}

/** The matrix: services by environments, drawn only where one looks. */
export function FleetGrid({ columns, lines, changed }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const room = useRoom(grid);
  const now = useNow(5_000);
  const follow = useFollowing();
  const first = room.width < 900 ? 168 : 224;
  const width = widthOf(room.width, first, columns.length);
  const lineNames = useMemo(
    () => [HEAD, ...lines.flatMap((line) => (line.kind === 'service' ? [line.service] : []))],
    [lines],
  );
  const columnNames = useMemo(() => [HEAD, ...columns.map(({ name }) => name)], [columns]);
  const lineIndex = useMemo(() => new Map(lines.map((line, index) => [keyOf(line), index])), [lines]);

  const page = Math.max(1, Math.floor((room.height - HEAD_HEIGHT) / LINE_HEIGHT) - 1);
  const roving = useRovingFocus(grid, { lines: lineNames, columns: columnNames, page });
  const { place } = roving;

  const focusedLine = lineIndex.get(place.line) ?? -1;
  const focusedColumn = columnNames.indexOf(place.column) - 1;
  const { rows, across } = useVirtual({ grid, lines, columns, first, width, focusedLine, focusedColumn });
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = roving.onKeyDown(event);
    if (next === undefined) return;
    const index = lineIndex.get(next.line);
    if (index !== undefined) rows.scrollToIndex(index);
    if (next.column !== HEAD) across.scrollToIndex(columnNames.indexOf(next.column) - 1);
  };
  const items = across.getVirtualItems();
  const total = { width: first + columns.length * width, height: rows.getTotalSize() };

  return (
    <div
      ref={grid}
      role="grid"
      tabIndex={-1}
      aria-label="Services by environments"
      aria-rowcount={HEAD_ROWS + lines.length}
      aria-colcount={1 + columns.length}
      className="fleet-grid"
      style={{ height: Math.min(room.height, total.height + 18) }}
      onKeyDown={onKeyDown}
      onFocus={roving.onFocus}
      onClick={follow}
    >
      <div role="presentation" style={{ ...total, position: 'relative' }}>
        <FleetHead
          columns={columns}
          items={items}
          first={first}
          width={width}
          entry={place.line === HEAD ? place.column : undefined}
        />
        <div role="rowgroup">
          {rows.getVirtualItems().map(({ index, key, start, size }) => {
            const line = lines[index]!;
            return (
              <FleetLine
                key={key}
                line={line}
                columns={columns}
                items={items}
                first={first}
                now={now}
                changed={changed}
                position={HEAD_ROWS + 1 + index}
                top={start}
                height={size}
                entry={line.kind === 'service' && line.service === place.line ? place.column : undefined}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
