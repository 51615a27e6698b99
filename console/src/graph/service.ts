import type { Client } from '@urql/core';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { Answers } from './answers';
import { graph, login, slowness, socket } from './client';
import { ServiceClock } from './clock';
import { type LinkState, LiveLog } from './live';
import type { LoginPage, Standing } from './login';

export interface Service {
  graph: Client;
  live: LiveLog;
  clock: ServiceClock;
  answers: Answers;
}

export const ServiceContext = createContext<Service | undefined>(undefined);

/** The one client, the one live log and the one clock of a page. The log's head is asked for at once. */
export function beginService(): Service {
  const live = new LiveLog(graph, socket);
  const clock = new ServiceClock();
  live.listen((events) => clock.atLeast(Math.max(...events.map(({ time }) => Date.parse(time)))));
  return { graph, live, clock, answers: new Answers() };
}

export function useService(): Service {
  const service = useContext(ServiceContext);
  if (service === undefined) throw new Error('a view is used outside of ServiceContext');
  return service;
}

/** The state of the live connection. */
export function useLinkState(): LinkState {
  const { live } = useService();
  const subscribe = useMemo(() => live.watchState.bind(live), [live]);
  return useSyncExternalStore(subscribe, () => live.state);
}

/** Whether an answer is late. */
export function useIsSlow(): boolean {
  const subscribe = useMemo(() => slowness.watch.bind(slowness), []);
  return useSyncExternalStore(subscribe, () => slowness.isSlow);
}

/** Whether the service knows who asks. */
export function useStanding(): Standing {
  const subscribe = useMemo(() => login.watch.bind(login), []);
  return useSyncExternalStore(subscribe, () => login.standing);
}

/** Where a browser signs in. */
export function useLoginPage(): LoginPage {
  const subscribe = useMemo(() => login.watch.bind(login), []);
  return useSyncExternalStore(subscribe, () => login.page);
}

/** Milliseconds since 1970 by the service's clock, anew every so many milliseconds. */
export function useNow(every = 1_000): number {
  const { clock } = useService();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), every);
    return () => clearInterval(timer);
  }, [clock, every]);
  return now;
}
