import { type AnyVariables, CombinedError, type TypedDocumentNode } from '@urql/core';
import { useCallback, useState } from 'react';

import { useService } from './service';
import { type Problem, problemOf } from './problem';
import type { RefusedFragment } from './refusals.generated';

/** What a payload's `errors` say: the interface Error of the graph. */
export type Refusal = RefusedFragment;

export type Outcome<Payload> =
  { payload: Payload; refusals: Refusal[]; problem?: undefined } | { problem: Problem };

/** Whether it was done: answered, and nothing refused. */
export function wasTaken(outcome: Outcome<unknown>): boolean {
  return outcome.problem === undefined && outcome.refusals.length === 0;
}

export interface Action<Payload, Variables> {
  run: (variables: Variables) => Promise<Outcome<Payload>>;
  running: boolean;
  refusals: Refusal[];
  problem: Problem | undefined;
  /** Forgets how the last try ended. */
  clear: () => void;
}

interface Ending {
  refusals: Refusal[];
  problem: Problem | undefined;
}

/** An answer with neither data nor an error: something between the page and the service has made it. */
const EMPTY = new CombinedError({ networkError: new Error('The answer was empty.') });

const NOTHING: Ending = { refusals: [], problem: undefined };

/**
 * A mutation of one field. What is refused and what goes wrong is kept here, beside the form that asked for it: nothing
 * that was typed is lost.
 */
export function useAction<
  Data extends Record<string, unknown>,
  Variables extends AnyVariables,
  Payload = Data[keyof Data],
>(document: TypedDocumentNode<Data, Variables>): Action<Payload, Variables> {
  const { graph } = useService();
  const [running, setRunning] = useState(false);
  const [ending, setEnding] = useState(NOTHING);

  const run = useCallback(
    async (variables: Variables): Promise<Outcome<Payload>> => {
      setRunning(true);
      setEnding(NOTHING);
      const { data, error } = await graph.mutation(document, variables).toPromise();
      setRunning(false);
      if (error || !data) {
        const problem = problemOf(error ?? EMPTY);
        setEnding({ refusals: [], problem });
        return { problem };
      }
      const payload = Object.values(data)[0] as Payload;
      const refusals = (payload as { errors?: Refusal[] }).errors ?? [];
      setEnding({ refusals, problem: undefined });
      return { payload, refusals };
    },
    [graph, document],
  );
  const clear = useCallback(() => setEnding(NOTHING), []);
  return { run, running, ...ending, clear };
}
