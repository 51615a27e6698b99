import { useNow } from '../graph/service';
import { localTime } from './localTime';

/** What the clocks of a time zone show now. */
export function LocalTime({ zone }: { zone: string }) {
  const now = useNow(5_000);
  return (
    <time className="moment" dateTime={new Date(now).toISOString()} title={zone}>
      {localTime(now, zone)}
    </time>
  );
}
