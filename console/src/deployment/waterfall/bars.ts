import { type Extent, placeOf } from './scale';

/** What is drawn of a span: where, how wide, and whether it goes on beyond what is seen. */
export interface Bar {
  x: number;
  width: number;
  /** It lies wholly outside of what is seen. */
  outside: 'before' | 'after' | undefined;
}

const NARROWEST = 3;

/** The bar of a span in a view so many pixels wide. Short spans stay to be seen; long ones are cut at the edges. */
export function barOf(
  { from, to }: { from: number; to: number | undefined },
  view: Extent,
  width: number,
  now: number,
): Bar {
  const left = placeOf(from, view, width);
  const right = placeOf(Math.max(to ?? now, from), view, width);
  if (right < 0) return { x: 0, width: 0, outside: 'before' };
  if (left > width) return { x: width, width: 0, outside: 'after' };
  const begin = Math.max(0, Math.min(left, width - NARROWEST));
  const end = Math.min(width, Math.max(right, begin + NARROWEST));
  return { x: begin, width: Math.max(NARROWEST, end - begin), outside: undefined };
}

/** Where the duration is written: behind the bar; before it where there is no room; in it where it fills all. */
export function labelOf(bar: Bar, width: number, text: string): { x: number; anchor: 'start' | 'end' } {
  const needed = text.length * 6.5 + 10;
  if (bar.x + bar.width + needed <= width) return { x: bar.x + bar.width + 6, anchor: 'start' };
  if (bar.x >= needed) return { x: bar.x - 6, anchor: 'end' };
  return { x: bar.x + bar.width - 6, anchor: 'end' };
}

export interface Visible {
  first: number;
  /** The one behind the last. */
  end: number;
}

/** The rows to draw when so much is scrolled away, with some more above and below. */
export function visibleRows(
  count: number,
  rowHeight: number,
  scrolled: number,
  height: number,
  more = 6,
): Visible {
  const first = Math.floor(scrolled / rowHeight) - more;
  const end = Math.ceil((scrolled + height) / rowHeight) + more;
  return { first: Math.max(0, Math.min(first, count)), end: Math.max(0, Math.min(end, count)) };
}
