/** A part of time, in milliseconds since 1970. */
export interface Extent {
  from: number;
  to: number;
}

const SHORTEST = 10;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SIXTIETHS = [1, 2, 5, 10, 15, 30];
const STEPS = [
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
  SIXTIETHS.map((each) => each * SECOND),
  SIXTIETHS.map((each) => each * MINUTE),
  [1, 2, 3, 6, 12].map((each) => each * HOUR),
  [1, 2, 7, 14, 28, 56, 112, 364].map((each) => each * DAY),
].flat();

/**
 * All that the waterfall can show: from the commit, if that was not long before, to the last end; what goes on ends now.
 */
export function extentOf(
  spans: readonly { from: number; to: number | undefined }[],
  now: number,
  committedAt?: number,
): Extent {
  if (spans.length === 0) return { from: now - MINUTE, to: now };
  let from = Infinity;
  let to = -Infinity;
  for (const span of spans) {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to ?? now, span.from);
  }
  const isNear = committedAt !== undefined && committedAt < from && from - committedAt <= to - from;
  const begin = isNear ? committedAt : from;
  return { from: begin, to: Math.max(to, begin + SHORTEST) };
}

/** Closer (a factor below 1) or farther, with one moment staying where it is; never beyond the whole. */
export function zoom(view: Extent, whole: Extent, factor: number, around: number): Extent {
  const length = Math.min(whole.to - whole.from, Math.max(SHORTEST, (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  return within({ from: around - share * length, to: around - share * length + length }, whole);
}

/** Along the time axis by a share of what is seen. */
export function pan(view: Extent, whole: Extent, share: number): Extent {
  const by = (view.to - view.from) * share;
  return within({ from: view.from + by, to: view.to + by }, whole);
}

/** So that a part fills the view, with some room around it. */
export function fit(part: Extent, whole: Extent): Extent {
  const room = Math.max((part.to - part.from) * 0.08, SHORTEST / 2);
  return within({ from: part.from - room, to: part.to + room }, whole);
}

function within({ from, to }: Extent, whole: Extent): Extent {
  const length = Math.min(to - from, whole.to - whole.from);
  const begin = Math.min(Math.max(from, whole.from), whole.to - length);
  return { from: begin, to: begin + length };
}

/** Where a moment is, from 0 to the width; beyond it for what is not seen. */
export function placeOf(at: number, view: Extent, width: number): number {
  return ((at - view.from) / (view.to - view.from)) * width;
}

/** The moment at a place. */
export function momentAt(place: number, view: Extent, width: number): number {
  return view.from + (place / width) * (view.to - view.from);
}

export interface Tick {
  at: number;
  label: string;
}

/** Marks of the time axis, since the beginning of the trace, so far apart that their labels have room. */
export function ticksOf(view: Extent, origin: number, width: number, apart = 90): Tick[] {
  const most = Math.max(1, Math.floor(width / apart));
  const smallest = (view.to - view.from) / most;
  const step = STEPS.find((each) => each >= smallest) ?? Math.ceil(smallest / (364 * DAY)) * 364 * DAY;
  const ticks: Tick[] = [];
  const first = Math.ceil((view.from - origin) / step) * step;
  for (let since = first; since + origin <= view.to; since += step) {
    ticks.push({ at: origin + since, label: offset(since) });
  }
  return ticks;
}

const UNITS: readonly [number, string][] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** A time since the beginning: `0`, `2 d 3 h`, `12 min 30 s`, `350 ms`; `-` before it. */
export function offset(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '';
  const whole = Math.round(Math.abs(milliseconds));
  if (whole === 0) return '0';
  if (whole < SECOND) return `${sign}${whole} ms`;
  const largest = UNITS.findIndex(([unit]) => whole >= unit);
  const [unit, name] = UNITS[largest]!;
  const parts = [`${Math.floor(whole / unit)} ${name}`];
  const below = UNITS[largest + 1];
  const rest = below === undefined ? 0 : Math.floor((whole % unit) / below[0]);
  if (rest > 0) parts.push(`${rest} ${below![1]}`);
  else if (below === undefined && whole % unit > 0) return `${sign}${(whole / unit).toFixed(1)} ${name}`;
  return sign + parts.join(' ');
}
