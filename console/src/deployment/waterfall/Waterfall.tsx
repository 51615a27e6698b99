import './waterfall.css';

import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';

import { visibleRows } from './bars';
import { Axis, Chart, ROW_HEIGHT } from './Chart';
import { COLOURS } from './colours';
import { type Move, moveOf } from './keys';
import { Legend } from './Legend';
import { extentOf, offset, ticksOf } from './scale';
import { SpanRow } from './SpanRow';
import { Toolbar } from './Toolbar';
import { openAtFirst, rowsOf, type Spanned, treeOf } from './tree';
import { usePick } from './usePick';
import { useView, useWheel, useWidth } from './useView';

interface Props {
  spans: readonly Spanned[];
  committedAt: number | undefined;
  now: number;
  /** The spans that are opened, and come to be seen, at first. */
  wanted: (span: Spanned) => boolean;
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

/** What was done, when, as a tree of rows beside a chart; only the rows that are to be seen are there. */
export function Waterfall({ spans, committedAt, now, wanted, chosen, onChoose }: Props) {
  const prefix = useId().replaceAll(/\W/g, '');
  const tree = useMemo(() => treeOf(spans), [spans]);
  const first = useMemo(() => openAtFirst(tree, wanted), [tree, wanted]);
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const rows = useMemo(() => rowsOf(tree, (id) => opened.get(id) ?? first.has(id)), [tree, first, opened]);
  const [active, setActive] = useState(chosen);
  const [scroll, setScroll] = useState({ top: 0, height: 900 });
  const scroller = useRef<HTMLDivElement>(null);
  const chart = useRef<HTMLDivElement>(null);
  const [width, watchWidth] = useWidth();
  const whole = extentOf(spans, now, committedAt);
  const view = useView(whole);
  useWheel(chart, view);

  const { first: from, end } = visibleRows(rows.length, ROW_HEIGHT, scroll.top, scroll.height);
  const seen = rows.slice(from, end);
  const ticks = ticksOf(view.view, whole.from, width);
  const isThere = rows.some(({ span }) => span.id === active);

  const choose = (id: string): void => {
    setActive(id);
    onChoose(id);
  };
  const open = (id: string, isOpen: boolean): void => setOpened(new Map(opened).set(id, isOpen));
  const openAll = (isOpen: boolean): void =>
    setOpened(new Map(spans.map(({ id, parentId }) => [id, isOpen || parentId === undefined])));
  const fitTo = (id: string): void => {
    const span = tree.spans.get(id);
    if (span) view.fitTo({ from: span.from, to: span.to ?? now });
  };
  const goTo = (id: string): void => {
    setActive(id);
    const at = rows.findIndex(({ span }) => span.id === id);
    const element = scroller.current;
    if (element === null || at < 0) return;
    const top = at * ROW_HEIGHT;
    const room = element.clientHeight - ROW_HEIGHT * 2;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room;
  };
  const doMove = (move: Move): void => {
    if (move.to === 'row') goTo(move.id);
    else if (move.to === 'open' || move.to === 'close') open(move.id, move.to === 'open');
    else if (move.to === 'choose') choose(move.id);
    else if (move.to === 'zoom') view.zoomBy(move.factor);
    else if (move.to === 'pan') view.panBy(move.share);
    else if (move.to === 'fit') fitTo(move.id);
    else view.showAll();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moveOf(event, rows, active);
    if (move === undefined) return;
    event.preventDefault();
    doMove(move);
  };
  const pick = usePick(width, view, (y) => {
    const row = seen[Math.floor(y / ROW_HEIGHT)];
    if (row) choose(row.span.id);
  });

  return (
    <div className="waterfall" style={COLOURS}>
      <Toolbar
        view={view}
        onOpenAll={openAll}
        onFit={active === undefined ? undefined : () => fitTo(active)}
      />
      <div
        ref={scroller}
        className="waterfall-grid"
        role="treegrid"
        tabIndex={0}
        aria-label="Trace: what was done, and when"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={isThere ? `${prefix}-${active}` : undefined}
        onKeyDown={pressed}
        onScroll={({ currentTarget: { scrollTop: top, clientHeight: height } }) => setScroll({ top, height })}
      >
        <div className="waterfall-head" role="rowgroup">
          <div className="waterfall-row" role="row" aria-rowindex={1}>
            <span className="waterfall-name" role="columnheader">
              <span>Span</span>
            </span>
            <span role="columnheader" ref={watchWidth}>
              <span className="only-spoken">How it came out, since when, and for how long</span>
              <Axis ticks={ticks} view={view.view} width={width} />
            </span>
          </div>
        </div>
        <div className="waterfall-body" role="rowgroup" style={{ height: rows.length * ROW_HEIGHT }}>
          {seen.map((row, index) => (
            <SpanRow
              key={row.span.id}
              row={row}
              id={`${prefix}-${row.span.id}`}
              index={from + index}
              isActive={row.span.id === active}
              isChosen={row.span.id === chosen}
              since={offset(row.span.from - whole.from)}
              now={now}
              onChoose={choose}
              onToggle={open}
            />
          ))}
          <div
            ref={chart}
            className="waterfall-chart"
            style={{ top: from * ROW_HEIGHT, width }}
            {...pick.handlers}
          >
            <Chart
              rows={seen}
              view={view.view}
              ticks={ticks}
              width={width}
              now={now}
              prefix={prefix}
              picked={pick.picked}
              committedAt={committedAt}
            />
          </div>
        </div>
      </div>
      <Legend prefix={prefix} />
    </div>
  );
}
