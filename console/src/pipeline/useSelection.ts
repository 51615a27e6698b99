import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

export interface Selection {
  /** CodePipeline's id of the execution that is shown; null for the latest. */
  execution: string | null;
  /** The step whose panel is open; null for where the execution is. */
  step: string | null;
  selectExecution: (executionId: string) => void;
  selectStep: (id: string) => void;
}

/** What is looked at is in the address, so that a link shows the same to others. */
export function useSelection(): Selection {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (name: string, value: string) =>
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          next.set(name, value);
          return next;
        },
        { preventScrollReset: true },
      ),
    [setParameters],
  );
  return {
    execution: parameters.get('execution'),
    step: parameters.get('step'),
    selectExecution: useCallback((id: string) => set('execution', id), [set]),
    selectStep: useCallback((id: string) => set('step', id), [set]),
  };
}
