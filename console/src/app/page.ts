import { createContext, useContext, useEffect } from 'react';

/** What a view asks and how a terminal would: shown to whoever wants to do the same elsewhere. */
export interface Equivalent {
  /** The `interlock` command that shows or does the same. */
  command: string;
  /** The GraphQL document, as text, and its variables. */
  document: string;
  variables?: Record<string, unknown>;
}

export interface Page {
  setEquivalent: (equivalent: Equivalent | undefined) => void;
}

export const PageContext = createContext<Page>({ setEquivalent: () => undefined });

/** Tells the shell what is equivalent to the view that is open. */
export function useEquivalent(equivalent: Equivalent | undefined): void {
  const { setEquivalent } = useContext(PageContext);
  const key = JSON.stringify(equivalent);
  useEffect(() => {
    setEquivalent(key === undefined ? undefined : (JSON.parse(key) as Equivalent));
    return () => setEquivalent(undefined);
  }, [key, setEquivalent]);
}
