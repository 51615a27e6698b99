import { createContext, useContext, useEffect, useState } from 'react';

import { ask } from '../graph/ask';
import { login } from '../graph/client';
import { useService } from '../graph/service';
import { OpeningDocument, type OpeningQuery } from './opening.generated';

const CLOCK_EVERY = 10_000;
const REFRESH_EVERY = 300_000;

export const OpeningContext = createContext<OpeningQuery | undefined>(undefined);

/** What the shell was told first; nothing before that. */
export function useOpening(): OpeningQuery | undefined {
  return useContext(OpeningContext);
}

/** Asks what the shell needs to know first, until it is told. In a rehearsal the clock's speed changes: it is asked again. */
export function useAskedOpening(): OpeningQuery | undefined {
  const { graph, clock } = useService();
  const [opening, setOpening] = useState<OpeningQuery>();
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askAfter = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!document.hidden) void look(); // a tab that is shown again asks by itself
      }, milliseconds);
    };
    const look = async (): Promise<void> => {
      const { data } = await ask(graph, OpeningDocument, {});
      if (stopped) return;
      askAfter(data && !data.clock.rehearsal ? REFRESH_EVERY : CLOCK_EVERY);
      if (!data) return;
      clock.set(data.clock);
      setOpening(data);
    };
    const shown = (): void => {
      if (!document.hidden) void look();
    };
    document.addEventListener('visibilitychange', shown);
    const leave = login.onNews(() => void look());
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
      leave();
    };
  }, [graph, clock]);
  return opening;
}
