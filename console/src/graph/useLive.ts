import { type AnyVariables, type CombinedError, createRequest, type TypedDocumentNode } from '@urql/core';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';

import { ask } from './ask';
import { useService } from './service';
import type { LoggedEvent } from './live';
import { type Problem, problemOf } from './problem';
import { Refresher } from './refresher';

export interface Live<Data> {
  /** The last answer, or nothing before the first. It stays while the service is away. */
  data: Data | undefined;
  problem: Problem | undefined;
  /** Nothing is known yet. */
  loading: boolean;
  /** Asks again at once, for who has just changed something. */
  refresh: () => void;
}

interface Options {
  /** Whether an event may change the answer; without it every event may. */
  touches?: (event: LoggedEvent) => boolean;
  /** Asks again after so many milliseconds though nothing happens, for what counts the time. */
  again?: number;
  /** Do not ask yet. */
  pause?: boolean;
}

interface State<Data> {
  key: string;
  data: Data | undefined;
  error: CombinedError | undefined;
}

/** For answers that count the time – a bake's minutes left, a forecast – which nobody announces. */
export const COUNTS = 10_000;

/** Milliseconds after which a look that failed is tried again, though nothing happens: a wall screen heals by itself. */
const AFTER_FAILURE = 10_000;

function keyOf<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): string {
  // by the document too: two views may call theirs alike
  return `${createRequest(document, variables).key} ${JSON.stringify(variables)}`;
}

/**
 * A query whose answer stays true: it is asked again when an event touches it, at most once in a second.
 *
 * A hidden tab asks nothing more, and catches up when it is shown. What is shown after the last event is what a reload
 * shows. A look that failed is tried again by itself.
 */
export function useLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { touches, again, pause = false }: Options = {},
): Live<Data> {
  const { graph, live, answers } = useService();
  const key = keyOf(document, variables);
  const [state, setState] = useState<State<Data>>(() => ({
    key,
    data: answers.get(key) as Data | undefined,
    error: undefined,
  }));
  const refresher = useRef<Refresher | undefined>(undefined);

  // `touches` may need the answer to tell: before there is one, every event may change it
  const unknown = state.key !== key || (state.data === undefined && state.error === undefined);
  const isTouched = useEffectEvent((event: LoggedEvent) => unknown || (touches?.(event) ?? true));
  const look = useEffectEvent(async (asked: string, stopped: () => boolean): Promise<boolean> => {
    await live.ready;
    if (stopped()) return true;
    const { data, error } = await ask(graph, document, variables);
    if (stopped()) return true;
    if (data && !error) answers.keep(asked, data);
    setState((before) => ({
      key: asked,
      data: data ?? (before.key === asked ? before.data : undefined),
      error,
    }));
    return error === undefined;
  });

  useEffect(() => {
    if (pause) return undefined;
    let stopped = false;
    let failed = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const own = new Refresher(async () => {
      clearTimeout(timer);
      failed = !(await look(key, () => stopped));
      const wait = failed ? AFTER_FAILURE : again;
      if (wait !== undefined && !stopped) timer = setTimeout(() => own.touch(), wait);
    });
    refresher.current = own;
    const rest = (): void => own.rest(window.document.hidden);
    const leave = [
      live.listen((batch) => {
        if (batch.some((event) => isTouched(event))) own.touch();
      }),
      live.onResync(() => own.touch()),
      live.watchState(() => {
        if (failed && live.state === 'live') own.touch();
      }),
    ];
    window.document.addEventListener('visibilitychange', rest);
    own.touch();
    rest();
    return () => {
      stopped = true;
      clearTimeout(timer);
      own.stop();
      refresher.current = undefined;
      window.document.removeEventListener('visibilitychange', rest);
      for (const each of leave) each();
    };
  }, [live, key, pause, again]);

  const refresh = useCallback(() => refresher.current?.touch(), []);
  const current = state.key === key ? state : undefined;
  return {
    data: current?.data,
    problem: current?.error && problemOf(current.error),
    loading: current?.data === undefined && current?.error === undefined,
    refresh,
  };
}
