import Box from '@cloudscape-design/components/box';
import { useMemo } from 'react';

import { useNow } from '../../graph/service';
import { span } from '../../parts/time';
import { firings, parseCron } from '../../parts/cron';
import type { Entities } from '../entities';
import { wall } from '../../parts/zones';
import { type ControlProps, textOf, textsOf } from './control';
import { TextControl } from './Simple';

const SHOWN = 5;

/** The dates of one's own that close a window; a country's holidays are known to the service alone. */
function closedDates(entities: Entities, names: readonly string[]): Set<string> {
  const calendars = entities.calendar.filter(({ name }) => names.includes(String(name)));
  return new Set(calendars.flatMap(({ dates }) => Object.keys((dates ?? {}) as object)));
}

function moment(at: number, zone: string, zoned: boolean): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    ...(zoned ? { timeZoneName: 'short' } : {}),
  }).format(at);
}

interface Openings {
  wrong?: string;
  sentences: string[];
}

/** When it opens next: by its own zone's clocks, or by those of each Region. */
function useOpenings({ typed, typing, entities }: ControlProps): Openings {
  const now = useNow(60_000);
  const minute = now - (now % 60_000);
  const text = textOf(typed);
  const zone = textOf(typing['timeZone'] ?? '');
  const minutes = Number(textOf(typing['minutes'] ?? ''));
  const calendars = textsOf(typing['calendars']).join('\n');
  return useMemo(() => {
    if (text.trim() === '') return { sentences: [] };
    const cron = parseCron(text);
    if ('wrong' in cron) return { wrong: cron.wrong, sentences: [] };
    const closed = closedDates(entities, calendars.split('\n'));
    const place = zone === '' ? 'UTC' : zone;
    const from = zone === '' ? wall(minute, 'UTC') : minute;
    const stays = minutes > 0 ? ` for ${span(minutes * 60_000)}` : '';
    const found = firings(cron, place, from, SHOWN, closed);
    return { sentences: found.map((at) => moment(at, place, zone !== '') + stays) };
  }, [text, zone, minutes, calendars, minute, entities]);
}

/** A cron expression, with when it opens next, in words. */
export function CronControl(props: ControlProps) {
  const { wrong, sentences } = useOpenings(props);
  const holidays = textsOf(props.typing['calendars']).length > 0;
  const zone = textOf(props.typing['timeZone'] ?? '');
  return (
    <div>
      <TextControl {...props} />
      <div className="openings" aria-live="polite">
        {wrong !== undefined && <Box variant="small">{wrong}</Box>}
        {sentences.length > 0 && (
          <>
            <Box variant="small">
              It opens next{zone === '' ? ', by the clocks of each Region' : ''}
              {holidays ? ' (unless the day is a public holiday of its calendars)' : ''}:
            </Box>
            <ul>
              {sentences.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        )}
        {wrong === undefined && sentences.length === 0 && textOf(props.typed).trim() !== '' && (
          <Box variant="small">It never opens.</Box>
        )}
      </div>
    </div>
  );
}
