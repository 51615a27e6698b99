import { useNow } from '../graph/service';
import { absolute, ago } from '../parts/time';
import { when } from './timers';

/** A time that is ahead, or near, as short as it is clear; all of it on hover. */
export function Soon({ at, zone }: { at: string | null | undefined; zone?: string | undefined }) {
  const now = useNow(10_000);
  if (at === null || at === undefined) return <span>–</span>;
  const time = Date.parse(at);
  const places = [ago(time, now), absolute(time), absolute(time, 'UTC')];
  if (zone !== undefined) places.push(`${absolute(time, zone)} (${zone})`);
  return (
    <time className="moment" dateTime={at} title={[...new Set(places)].join('\n')}>
      {when(time, now)}
    </time>
  );
}
