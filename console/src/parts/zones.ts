const parts = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = parts.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    parts.set(zone, found);
  }
  return found;
}

/** What the clocks of a zone show at a time, as if they showed UTC: milliseconds since 1970. */
export function wall(at: number, zone: string): number {
  const shown = Object.fromEntries(
    formatter(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, +value]),
  );
  const { year, month, day, hour, minute, second } = shown as Record<string, number>;
  return Date.UTC(year!, month! - 1, day!, hour, minute, second);
}

/**
 * When the clocks of a zone show this. A time that is skipped when clocks go forward is the first one after the gap; of
 * one that comes twice it is the first.
 */
export function instant(shown: number, zone: string): number {
  const around = [shown - 86_400_000, shown + 86_400_000].map((at) => wall(at, zone) - at);
  const fitting = around.map((offset) => shown - offset).filter((at) => wall(at, zone) === shown);
  if (fitting.length > 0) return Math.min(...fitting);
  return endOfGap(shown - Math.max(...around), shown - Math.min(...around), shown, zone);
}

function endOfGap(low: number, high: number, shown: number, zone: string): number {
  let [before, after] = [low, high];
  while (after - before > 1_000) {
    const middle = before + Math.floor((after - before) / 2_000) * 1_000;
    if (wall(middle, zone) < shown) before = middle === before ? after : middle;
    else after = middle;
  }
  return after;
}

/** `2027-01-31 12:00` as the clocks of the zone show it, for a field. */
export function localText(iso: string, zone: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  return new Date(wall(at, zone)).toISOString().slice(0, 16).replace('T', ' ');
}

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)$/;

/** What is typed by the clocks of the zone, in ISO 8601 with its zone; nothing when it is no time. */
export function isoOf(text: string, zone: string): string | undefined {
  const found = LOCAL.exec(text.trim());
  if (!found) return undefined;
  const [year, month, day, hour, minute] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  const exact = new Date(shown).toISOString().slice(0, 16) === text.trim().replace(' ', 'T');
  return exact ? new Date(instant(shown, zone)).toISOString().replace('.000', '') : undefined;
}

/** The zone of whoever reads. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Every zone that this browser knows, and UTC. */
export function allZones(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes('UTC') ? known : ['UTC', ...known];
}
