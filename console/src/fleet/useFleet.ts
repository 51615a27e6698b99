import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';

import { ask } from '../graph/ask';
import { useService } from '../graph/service';
import type { LiveLog } from '../graph/live';
import { problemOf } from '../graph/problem';
import { Refresher } from '../graph/refresher';
import { FleetDocument } from './fleet.generated';
import {
  asVariable,
  BEGINNING,
  type FleetAction,
  fleetReducer,
  type FleetState,
  type Shown,
  touchedByAll,
} from './fleetState';

/** Milliseconds after which a look that failed is tried again, though nothing happens: a wall screen heals by itself. */
const AGAIN = 10_000;

class FleetStore {
  private state: FleetState = BEGINNING;
  private readonly watchers = new Set<() => void>();

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly shown = (): Shown => this.state.shown;

  get looking(): FleetState['looking'] {
    return this.state.looking;
  }

  apply(action: FleetAction): void {
    const before = this.state.shown;
    this.state = fleetReducer(this.state, action);
    if (this.state.shown !== before) for (const watcher of this.watchers) watcher();
  }
}

/** What was known last is kept, so that the page shows at once when somebody comes back to it. */
const stores = new WeakMap<LiveLog, FleetStore>();

function storeOf(live: LiveLog): FleetStore {
  const store = stores.get(live) ?? new FleetStore();
  stores.set(live, store);
  return store;
}

export interface Fleet extends Shown {
  refresh: () => void;
}

/** The fleet, row by row as it changes: only the services that events touched are asked for, at most once in a second. */
export function useFleet(): Fleet {
  const { graph, live } = useService();
  const store = storeOf(live);
  const touchAllNow = useRef<(() => void) | undefined>(undefined);
  const shown = useSyncExternalStore(store.watch, store.shown);

  useEffect(() => {
    let stopped = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      await live.ready;
      if (stopped) return;
      store.apply({ type: 'asked' });
      const services = asVariable(store.looking ?? 'all');
      const { data, error } = await ask(graph, FleetDocument, { services });
      if (stopped) return;
      if (data && !error) return store.apply({ type: 'answered', rows: data.fleet, at: performance.now() });
      store.apply({ type: 'failed', problem: problemOf(error!) });
      clearTimeout(again);
      again = setTimeout(() => refresher.touch(), AGAIN);
    };
    const refresher = new Refresher(look);
    const touchAll = (): void => {
      store.apply({ type: 'touched', services: 'all' });
      refresher.touch();
    };
    const rest = (): void => refresher.rest(document.hidden);
    const leave = [
      live.listen((batch) => {
        const services = touchedByAll(batch);
        if (services === undefined) return;
        store.apply({ type: 'touched', services });
        refresher.touch();
      }),
      live.onResync(touchAll),
      live.watchState(() => {
        if (live.state === 'live' && store.shown().problem !== undefined) touchAll();
      }),
    ];
    document.addEventListener('visibilitychange', rest);
    touchAllNow.current = touchAll;
    touchAll();
    rest();
    return () => {
      stopped = true;
      clearTimeout(again);
      refresher.stop();
      document.removeEventListener('visibilitychange', rest);
      for (const each of leave) each();
    };
  }, [graph, live, store]);

  const refresh = useCallback(() => touchAllNow.current?.(), []);
  return { ...shown, refresh };
}
