import { describe, expect, it } from 'vitest';

import { type Cron, firings, parseCron } from './cron';

const MONDAY = Date.parse('2026-11-30T10:00:00Z');

const next = (text: string, count: number, zone = 'UTC', closed: string[] = []): string[] =>
  firings(parseCron(text) as Cron, zone, MONDAY, count, new Set(closed)).map((at) =>
    new Date(at).toISOString().slice(0, 16),
  );

describe('a cron expression', () => {
  it('fires on its weekdays, by the clocks of its zone', () => {
    expect(next('0 9 * * MON-FRI', 2, 'Europe/Berlin')).toEqual(['2026-12-01T08:00', '2026-12-02T08:00']);
    expect(next('0 9 * * FRI-SUN', 3)).toEqual(['2026-12-04T09:00', '2026-12-05T09:00', '2026-12-06T09:00']);
  });

  it('takes lists, ranges and steps', () => {
    expect(next('*/30 8-9 1,15 * ?', 3)).toEqual([
      '2026-12-01T08:00',
      '2026-12-01T08:30',
      '2026-12-01T09:00',
    ]);
  });

  it('fits either where both the day of month and the weekday are restricted', () => {
    expect(next('0 0 3 * TUE', 3)).toEqual(['2026-12-01T00:00', '2026-12-03T00:00', '2026-12-08T00:00']);
    expect(next('0 0 */2 * TUE', 2)).toEqual(['2026-12-01T00:00', '2026-12-15T00:00']);
  });

  it('does not fire on closed dates, and not at all on 30 February', () => {
    expect(next('0 9 * * *', 2, 'UTC', ['2026-12-01'])).toEqual(['2026-12-02T09:00', '2026-12-03T09:00']);
    expect(next('0 9 30 2 ?', 1)).toEqual([]);
  });

  it('fires right after the gap when clocks go forward, once', () => {
    const found = firings(parseCron('30 2 28 3 *') as Cron, 'Europe/Berlin', MONDAY, 1);
    expect(new Date(found[0]!).toISOString()).toBe('2027-03-28T01:00:00.000Z');
  });

  it('says what is wrong with it', () => {
    expect(parseCron('0 9 * *')).toHaveProperty('wrong', expect.stringContaining('Five fields'));
    expect(parseCron('0 25 * * MON')).toEqual({ wrong: "'25' is no hour: 0 to 23 are." });
    expect(parseCron('0 9 * * WEEKDAYS')).toHaveProperty('wrong');
    expect(parseCron('5-1 9 * * *')).toHaveProperty('wrong');
    expect(parseCron('*/0 9 * * *')).toHaveProperty('wrong');
  });
});
