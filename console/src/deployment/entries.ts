import { span } from '../parts/time';

export type EntryKind =
  'deployment' | 'decision' | 'action' | 'stack' | 'check' | 'bake' | 'rollback' | 'override' | 'incident';

/** One thing that happened to a deployment. */
export interface Entry {
  key: string;
  /** ISO 8601, as it was told. */
  at: string;
  kind: EntryKind;
  /** How it came out, as `Status` shows it; nothing for what has no outcome. */
  status: string | undefined;
  sentence: string;
  /** Reasons and causes, a line each. */
  details: readonly string[];
  /** Where more is to be read, in this console. */
  to?: string | undefined;
}

interface Timed {
  startedAt?: string | null | undefined;
  endedAt?: string | null | undefined;
}

/** ` after 2 min`, where both its times are known. */
export function lasted({ startedAt, endedAt }: Timed): string {
  if (!startedAt || !endedAt) return '';
  return ` after ${span(Date.parse(endedAt) - Date.parse(startedAt))}`;
}

/** Those texts that there are. */
export function lines(...texts: (string | null | undefined)[]): string[] {
  return texts.filter((text): text is string => Boolean(text));
}

const PLAIN: Record<string, string> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  STOPPED: 'was stopped',
  STOPPING: 'is being stopped',
  ABANDONED: 'was abandoned',
  CANCELED: 'was canceled',
  CANCELLED: 'was left without an outcome',
  SUPERSEDED: 'was superseded',
  PASSED: 'passed',
  ERRORED: 'could not be carried out',
  TIMED_OUT: 'came to no outcome in its time',
  INCONCLUSIVE: 'could not tell',
  IN_PROGRESS: 'began',
  RUNNING: 'began',
};

/** A status as the verb of a sentence. */
export function said(status: string): string {
  return PLAIN[status] ?? `is ${status}`;
}
