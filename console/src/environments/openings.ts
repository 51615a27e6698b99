import { type Cron, firings, parseCron } from '../parts/cron';
import { instant, wall } from '../parts/zones';
import type { Window } from './about';

const MINUTE = 60_000;

/**
 * When a window opens, for who reads a page. Whether something may start is the service's decision, never this page's.
 *
 * A window that public holidays close as well has no such answer: the service alone knows them.
 */
export type Opening =
  | { open: boolean; /** When it opens next; nothing when it never does. */ at: number | undefined }
  | undefined;

/** Countries whose public holidays close a window. */
export function holidaysOf({ calendars }: Window): string[] {
  return calendars.nodes.flatMap(({ country }) => (country ? [country] : []));
}

function closedDates({ calendars }: Window): Set<string> {
  return new Set(
    calendars.nodes.flatMap(({ dates }) => Object.keys((dates ?? {}) as Record<string, unknown>)),
  );
}

/** The local midnight that begins the latest closed date until now: it closed what was open. */
function lastClosed(closed: ReadonlySet<string>, zone: string, now: number): number {
  const today = new Date(wall(now, zone)).toISOString().slice(0, 10);
  const last = [...closed]
    .filter((date) => date <= today)
    .sort()
    .at(-1);
  return last === undefined ? -Infinity : instant(Date.parse(last), zone);
}

/** Whether a window is open, or when it opens next by the clocks of its zone, else of the Region's. */
export function openingOf(window: Window, zone: string, now: number): Opening {
  const cron = parseCron(window.cron);
  if ('wrong' in cron || holidaysOf(window).length > 0) return undefined;
  const place = window.timeZone ?? zone;
  const closed = closedDates(window);
  const first = (after: number): number | undefined => firings(cron as Cron, place, after, 1, closed)[0];
  const begun = first(Math.max(now - window.minutes * MINUTE, lastClosed(closed, place, now)));
  return { open: begun !== undefined && begun <= now, at: first(now) };
}
