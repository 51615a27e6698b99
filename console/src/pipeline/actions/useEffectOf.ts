import { type Live, useLive } from '../../graph/useLive';
import { touchesRun } from '../touching';
import {
  EffectOfActionDocument,
  type EffectOfActionQuery,
  type EffectOfActionQueryVariables,
} from './acting.generated';

type ActionInput = EffectOfActionQueryVariables['action'];

/** What the service says that an action would do. */
export type Effect = Extract<EffectOfActionQuery['actionEffect'], { sentences: unknown }>;

export interface AskedEffect {
  effect: Effect | null;
  /** What will happen, or why it is not possible; null while it is asked for. */
  sentences: string[] | null;
  possible: boolean;
  problem: Live<unknown>['problem'];
}

/** Sentences for a person: what will happen, or why not and what to do instead. */
export function sentencesOf(answer: EffectOfActionQuery['actionEffect'] | undefined): string[] | null {
  if (answer === undefined) return null;
  if ('message' in answer) return [`${answer.message} ${answer.remedy}`];
  return [...answer.sentences, ...(answer.instead === null ? [] : [answer.instead])];
}

/** Asks what an action would do, and again when something happens to the execution. */
export function useEffectOf(action: ActionInput, executionId: string): AskedEffect {
  const { data, problem } = useLive(EffectOfActionDocument, { action }, { touches: touchesRun(executionId) });
  const answer = data?.actionEffect;
  const effect = answer !== undefined && 'sentences' in answer ? answer : null;
  return { effect, sentences: sentencesOf(answer), possible: effect?.possible ?? false, problem };
}
