import { describe, expect, it } from 'vitest';

import { isoOf, localText } from './zones';

describe('a time by the clocks of a zone', () => {
  it('is read into one with its zone, and shown as it was typed', () => {
    expect(isoOf('2027-01-31 12:00', 'Europe/Berlin')).toBe('2027-01-31T11:00:00Z');
    expect(isoOf('2027-07-31 12:00', 'Europe/Berlin')).toBe('2027-07-31T10:00:00Z');
    expect(localText('2027-07-31T10:00:00Z', 'Europe/Berlin')).toBe('2027-07-31 12:00');
    expect(isoOf('2027-07-31T12:00', 'Asia/Kolkata')).toBe('2027-07-31T06:30:00Z');
  });

  it('that does not exist is the first after the gap', () => {
    expect(isoOf('2027-03-28 02:30', 'Europe/Berlin')).toBe('2027-03-28T01:00:00Z');
  });

  it('that comes twice is the first', () => {
    expect(isoOf('2027-10-31 02:30', 'Europe/Berlin')).toBe('2027-10-31T00:30:00Z');
  });

  it('is none when there is no such day or hour', () => {
    expect(isoOf('2027-02-30 12:00', 'UTC')).toBeUndefined();
    expect(isoOf('2027-02-20 25:00', 'UTC')).toBeUndefined();
    expect(isoOf('tomorrow', 'UTC')).toBeUndefined();
  });
});
