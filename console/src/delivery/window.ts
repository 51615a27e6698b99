import { useState } from 'react';

import { useOpening } from '../app/opening';
import type { LoggedEvent } from '../graph/live';

/** The service's time, once it is known: a window that is asked for before would be another clock's. */
export function useServiceTime(): number | undefined {
  const opening = useOpening();
  return opening === undefined ? undefined : Date.parse(opening.clock.now);
}

/** The last data there was: what is shown stays while another question is being answered. */
export function useKept<Data>(data: Data | undefined): Data | undefined {
  const [kept, setKept] = useState(data);
  if (data !== undefined && data !== kept) setKept(data);
  return data ?? kept;
}

const COUNTED = new Set(['deployment.changed', 'wave.concluded', 'rollback.started', 'failure.explained']);

/** Whether an event may change what is counted. */
export function touchesMeasures({ type }: LoggedEvent): boolean {
  return COUNTED.has(type) || type.startsWith('incident.') || type === 'configuration.changed';
}
