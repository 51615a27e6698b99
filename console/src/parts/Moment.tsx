import { useNow, useService } from '../graph/service';
import { absolute, ago } from './time';

interface Props {
  /** An ISO 8601 time, or nothing. */
  at: string | null | undefined;
  /** The zone of the Region that it is about; beside the reader's own. */
  zone?: string | undefined;
  /** Shows the absolute time, and the relative one on hover. */
  exact?: boolean;
}

/** A time, relative and alive, with the absolute one – in UTC, here, and in the Region's zone – on hover and focus. */
export function Moment({ at, zone, exact = false }: Props) {
  useNow(5_000);
  const now = useService().clock.now(); // and not that of the last tick: what is told may be newer
  if (at === null || at === undefined) return <span>–</span>;
  const time = Date.parse(at);
  const relative = ago(time, now);
  const places = [
    absolute(time),
    absolute(time, 'UTC'),
    ...(zone === undefined ? [] : [`${absolute(time, zone)} (${zone})`]),
  ];
  return (
    <time className="moment" dateTime={at} title={[relative, ...new Set(places)].join('\n')}>
      {exact ? absolute(time, zone) : relative}
    </time>
  );
}
