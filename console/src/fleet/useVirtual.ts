import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useMemo } from 'react';

import type { Column } from './columns';
import type { Line } from './lines';

export const HEAD_HEIGHT = 100;
export const LINE_HEIGHT = 48;
const GROUP_HEIGHT = 30;

interface Matrix {
  grid: RefObject<HTMLElement | null>;
  lines: readonly Line[];
  columns: readonly Column[];
  /** Width of the first column, and of the others. */
  first: number;
  width: number;
  /** What has the focus; -1 for the headers. */
  focusedLine: number;
  focusedColumn: number;
}

interface Virtual {
  rows: Virtualizer<HTMLElement, Element>;
  across: Virtualizer<HTMLElement, Element>;
}

export function keyOf(line: Line): string {
  return line.kind === 'group' ? `group ${line.name}` : line.service;
}

/** The lines or columns in sight, and the one that has the focus: it must not vanish under a reader's hands. */
function withFocused(index: number): (range: Range) => number[] {
  return (range) => {
    const seen = defaultRangeExtractor(range);
    if (index < 0 || index >= range.count || seen.includes(index)) return seen;
    return [...seen, index].sort((one, other) => one - other);
  };
}

/** Which lines and columns are drawn. Sizes are fixed, and never measured. */
export function useVirtual(matrix: Matrix): Virtual {
  const { grid, lines, columns, first, width, focusedLine, focusedColumn } = matrix;
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here
  const rows = useVirtualizer<HTMLElement, Element>({
    count: lines.length,
    getScrollElement: () => grid.current,
    estimateSize: (index) => (lines[index]?.kind === 'group' ? GROUP_HEIGHT : LINE_HEIGHT),
    getItemKey: useCallback((index: number) => keyOf(lines[index]!), [lines]),
    rangeExtractor: useMemo(() => withFocused(focusedLine), [focusedLine]),
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    overscan: 8,
    useFlushSync: false,
  });
  const across = useVirtualizer<HTMLElement, Element>({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => grid.current,
    estimateSize: () => width,
    // sizes are kept until the keys' function is another: so it is with each width
    getItemKey: useCallback((index: number) => `${columns[index]!.name} ${width}`, [columns, width]),
    rangeExtractor: useMemo(() => withFocused(focusedColumn), [focusedColumn]),
    paddingStart: first,
    scrollPaddingStart: first,
    overscan: 3,
    useFlushSync: false,
  });
  return { rows, across };
}
