import { capital } from '../parts/capital';
import type { Why } from './blockers';
import { hasEnded, type Run } from './course';

/** How an execution ended, for a person, or that it goes on. */
const ENDS: Record<string, string> = {
  SUCCEEDED: 'It has been everywhere.',
  FAILED: 'It has failed. Retried, it goes on; a newer one takes its place.',
  STOPPED: 'It was stopped.',
  STOPPING: 'It is being stopped.',
  SUPERSEDED: 'A newer execution took its place while it waited between two stages.',
  CANCELED: 'It was canceled, because the structure of the pipeline changed.',
  ABANDONED: 'It was stopped without waiting for what was running.',
  IN_PROGRESS: 'It goes on.',
};

const ROLLED_BACK = 'The stage is back at the earlier revision.';

/**
 * One sentence on what an execution waits for: the service's own, where it speaks of this execution, else how it ended.
 */
export function sentenceOf(run: Pick<Run, 'executionId' | 'status' | 'kind'>, why: Why | null): string {
  if (why !== null && why.executionId === run.executionId && !hasEnded(run.status))
    return capital(why.sentence);
  if (run.kind === 'ROLLBACK' && run.status === 'SUCCEEDED') return ROLLED_BACK;
  return ENDS[run.status] ?? `Its status is ${run.status}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** How right the forecasts were, for a person. */
export function accuracySaid(
  accuracy: { forecasts: number; withinTenth: number; withinHour: number } | null,
): string {
  if (accuracy === null) return 'None of its forecasts can be compared with what happened yet.';
  const { forecasts, withinHour, withinTenth } = accuracy;
  return `Of its last ${forecasts} forecasts, ${percent(withinHour)} were off by an hour at most, ${percent(withinTenth)} by a tenth of the time ahead.`;
}
