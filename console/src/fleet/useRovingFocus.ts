import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

import { type Field, HEAD, moved, type Place } from './focus';

interface Roving {
  /** Where Tab leads to. */
  place: Place;
  /** Says where it moves, so that this is scrolled into sight. */
  onKeyDown: (event: KeyboardEvent) => Place | undefined;
  onFocus: (event: FocusEvent) => void;
}

function placeOf(target: EventTarget): Place | undefined {
  const { line, column } = (target as HTMLElement).dataset;
  return line === undefined || column === undefined ? undefined : { line, column };
}

function elementAt(grid: HTMLElement | null, { line, column }: Place): HTMLElement | null {
  const selector = `[data-line="${CSS.escape(line)}"][data-column="${CSS.escape(column)}"]`;
  return grid?.querySelector<HTMLElement>(selector) ?? null;
}

/** One stop for Tab in the whole matrix, moved by arrows, Home, End, PageUp and PageDown. */
export function useRovingFocus(grid: RefObject<HTMLElement | null>, field: Field): Roving {
  const [wanted, setWanted] = useState<Place>({ line: HEAD, column: HEAD });
  const moving = useRef(false);
  const place = {
    line: field.lines.includes(wanted.line) ? wanted.line : HEAD,
    column: field.columns.includes(wanted.column) ? wanted.column : HEAD,
  };

  // what is moved to may come into being only with this very drawing: it is virtual
  useEffect(() => {
    if (!moving.current) return;
    const element = elementAt(grid.current, place);
    if (element === null) return;
    moving.current = false;
    element.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): Place | undefined => {
    if (event.altKey || event.metaKey) return undefined;
    const next = moved(field, place, event.key, event.ctrlKey);
    if (next === undefined) return undefined;
    event.preventDefault();
    moving.current = true;
    setWanted(next);
    return next;
  };
  const onFocus = (event: FocusEvent): void => {
    const next = placeOf(event.target);
    if (next !== undefined) setWanted(next);
  };
  return { place, onKeyDown, onFocus };
}
