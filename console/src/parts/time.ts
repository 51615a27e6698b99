const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of time with at most two units: `45 s`, `3 h 12 min`, `12 d 4 h`. */
export function span(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return two(whole, HOUR, 'h', MINUTE, 'min');
  return two(whole, DAY, 'd', HOUR, 'h');
}

function two(whole: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((whole % large) / small);
  const first = `${Math.floor(whole / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** How long ago, or until: `3 min ago`, `in 2 h`, `now`. */
export function ago(at: number, now: number): string {
  const difference = now - at;
  if (Math.abs(difference) < 5 * SECOND) return 'now';
  return difference > 0 ? `${span(difference)} ago` : `in ${span(-difference)}`;
}

/** Those that have no end, or have not come to it. */
export function lasting<Item extends { expiresAt: string | null }>(
  items: readonly Item[],
  now: number,
): Item[] {
  return items.filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now);
}

/** An absolute time in a zone: `Mon 30 Nov 2026, 09:00:12 CET`. */
export function absolute(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at);
}
