import { useCallback, useEffect, useState } from 'react';

import { forget, keep, kept } from './kept';

export interface Draft<Content> {
  content: Content | undefined;
  /** When it was typed, if it was not typed since the page was opened. */
  restoredFrom: number | undefined;
  /** The tab has no room for it: a reload would lose it. */
  unkept: boolean;
  put: (content: Content) => void;
  drop: () => void;
}

interface State<Content> {
  name: string;
  content: Content | undefined;
  restoredFrom: number | undefined;
  unkept: boolean;
}

function begun<Content>(name: string): State<Content> {
  const found = kept<Content>(name);
  return { name, content: found?.content, restoredFrom: found?.at, unkept: false };
}

/** What is typed and not saved: it outlives a reload of the page and a lost connection, in this tab. */
export function useDraft<Content>(name: string): Draft<Content> {
  const [held, setHeld] = useState(() => begun<Content>(name));
  const state = held.name === name ? held : begun<Content>(name);
  const put = useCallback(
    (content: Content) => {
      // when it was typed is told to the one who typed it: by their own clock
      const unkept = !keep(name, content, Date.now());
      setHeld({ name, content, restoredFrom: undefined, unkept });
    },
    [name],
  );
  const drop = useCallback(() => {
    forget(name);
    setHeld({ name, content: undefined, restoredFrom: undefined, unkept: false });
  }, [name]);
  return { ...state, put, drop };
}

/** Has the browser ask before the page is left or loaded again. */
export function useAskedBeforeUnload(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);
}
