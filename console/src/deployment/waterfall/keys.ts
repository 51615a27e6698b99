import type { Row } from './tree';

/** What a key does in the waterfall. */
export type Move =
  | { to: 'row'; id: string }
  | { to: 'open'; id: string }
  | { to: 'close'; id: string }
  | { to: 'choose'; id: string }
  | { to: 'zoom'; factor: number }
  | { to: 'pan'; share: number }
  | { to: 'fit'; id: string }
  | { to: 'whole' };

const PAGE = 10;
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };

function sideways(key: string, rows: readonly Row[], at: number): Move | undefined {
  const row = rows[at]!;
  if (key === 'ArrowRight') {
    if (row.children > 0 && !row.open) return { to: 'open', id: row.span.id };
    const below = rows[at + 1];
    return row.open && below ? { to: 'row', id: below.span.id } : undefined;
  }
  if (row.open) return { to: 'close', id: row.span.id };
  const above = rows.slice(0, at).findLast(({ level }) => level < row.level);
  return above && { to: 'row', id: above.span.id };
}

function ofTime(key: string, active: string): Move | undefined {
  if (key === '+' || key === '=') return { to: 'zoom', factor: 0.5 };
  if (key === '-' || key === '_') return { to: 'zoom', factor: 2 };
  if (key === 'f' || key === 'F') return { to: 'fit', id: active };
  if (key === '0') return { to: 'whole' };
  return undefined;
}

/**
 * The keys of a tree grid (arrows, Home, End, Enter) and those of its time axis (plus, minus, Shift with an arrow, F to
 * fit the row, 0 for all); nothing for other keys, which the page keeps.
 */
export function moveOf(
  { key, shiftKey = false }: { key: string; shiftKey?: boolean },
  rows: readonly Row[],
  active: string | undefined,
): Move | undefined {
  if (rows.length === 0) return undefined;
  const at = Math.max(
    0,
    rows.findIndex(({ span }) => span.id === active),
  );
  const id = rows[at]!.span.id;
  if (shiftKey && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    return { to: 'pan', share: key === 'ArrowLeft' ? -0.25 : 0.25 };
  }
  if (key === 'ArrowLeft' || key === 'ArrowRight') return sideways(key, rows, at);
  if (key === 'Home') return { to: 'row', id: rows[0]!.span.id };
  if (key === 'End') return { to: 'row', id: rows.at(-1)!.span.id };
  if (key === 'Enter' || key === ' ') return { to: 'choose', id };
  const step = STEPS[key];
  if (step !== undefined) {
    const next = Math.min(rows.length - 1, Math.max(0, at + step));
    return { to: 'row', id: rows[next]!.span.id };
  }
  return ofTime(key, id);
}
