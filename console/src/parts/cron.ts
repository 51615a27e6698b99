import { instant, wall } from './zones';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A 29 February on a given weekday comes again within 40 years. */
const DAYS = 366 * 41;

interface Part {
  name: string;
  low: number;
  high: number;
  names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const PARTS: readonly Part[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'day of week', low: 0, high: 6, names: WEEKDAYS },
];
const [, , MONTH_DAY, , WEEKDAY] = PARTS as [Part, Part, Part, Part, Part];

export interface Cron {
  /** Minutes since midnight, ascending. */
  times: number[];
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  /** A day must fit both the day of the month and the weekday, not just one of them. */
  both: boolean;
}

class Wrong extends Error {}

function value(part: Part, written: string): number {
  const named = part.names.indexOf(written);
  if (named >= 0) return part.low + named;
  const number = /^\d{1,2}$/.test(written) ? Number(written) : NaN;
  const high = part === WEEKDAY ? 7 : part.high;
  if (!(number >= part.low && number <= high)) {
    throw new Wrong(`'${written}' is no ${part.name}: ${part.low} to ${high} are.`);
  }
  return number;
}

function range(part: Part, span: string, stepped: boolean): [number, number] {
  if (span === '*' || (span === '?' && (part === MONTH_DAY || part === WEEKDAY)))
    return [part.low, part.high];
  const [first, last, more] = span.split('-');
  if (more !== undefined || !first) throw new Wrong(`'${span}' is no ${part.name}.`);
  const low = value(part, first);
  const end = last === undefined ? (stepped ? part.high : low) : value(part, last);
  const high = part === WEEKDAY && end === 0 && low > 0 ? 7 : end;
  if (low > high) throw new Wrong(`'${span}' does not go from a lower to a higher ${part.name}.`);
  return [low, high];
}

function item(part: Part, written: string): number[] {
  const [span, step, more] = written.split('/');
  const wide = step === undefined ? 1 : Number(step);
  if (more !== undefined || !Number.isInteger(wide) || wide < 1) throw new Wrong(`'${written}' has no step.`);
  const [low, high] = range(part, span!, step !== undefined);
  const found: number[] = [];
  for (let at = low; at <= high; at += wide) found.push(part === WEEKDAY ? at % 7 : at);
  return found;
}

/** Reads an expression of five fields, as the service does; else says what is wrong with it. */
export function parseCron(text: string): Cron | { wrong: string } {
  const written = text.trim().toUpperCase().split(/\s+/);
  if (written.length !== PARTS.length) {
    return {
      wrong: "Five fields are asked for: minute, hour, day of month, month, day of week: '0 9 * * MON-FRI'.",
    };
  }
  try {
    const [minutes, hours, days, months, weekdays] = PARTS.map((part, index) =>
      [...new Set(written[index]!.split(',').flatMap((each) => item(part, each)))].sort((a, b) => a - b),
    ) as [number[], number[], number[], number[], number[]];
    return {
      times: hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)),
      days: new Set(days),
      months: new Set(months),
      weekdays: new Set(weekdays),
      both: [written[2], written[4]].some((each) => '*?'.includes(each!.charAt(0))),
    };
  } catch (error) {
    if (error instanceof Wrong) return { wrong: error.message };
    throw error;
  }
}

function fires(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const fits = [cron.days.has(day.getUTCDate()), cron.weekdays.has(day.getUTCDay())];
  return cron.both ? fits.every(Boolean) : fits.some(Boolean);
}

/** The next times at which it fires by the clocks of a zone, but on no closed date (`2026-12-24`). */
export function firings(
  cron: Cron,
  zone: string,
  after: number,
  count: number,
  closed: ReadonlySet<string> = new Set(),
): number[] {
  const found: number[] = [];
  const start = wall(after, zone);
  const first = start - (start % DAY);
  for (let index = 0; index < DAYS && found.length < count; index += 1) {
    const midnight = first + index * DAY;
    const day = new Date(midnight);
    if (!fires(cron, day) || closed.has(day.toISOString().slice(0, 10))) continue;
    for (const minute of cron.times) {
      const at = instant(midnight + minute * MINUTE, zone);
      if (at > after && at !== found.at(-1) && found.length < count) found.push(at);
    }
  }
  return found;
}
