import { lookOf } from '../parts/Status';
import type { Other, Step, StepState } from './course';

/** The name of a status as `parts/Status` has it, for each state of a step, and what it is called here. */
const STATES: Record<StepState, { status: string; name: string }> = {
  COMING: { status: 'COMING', name: 'Coming' },
  ABSENT: { status: 'PENDING', name: 'Not reached' },
  WAITING: { status: 'WAITING', name: 'Waiting' },
  APPROVAL: { status: 'WAITING', name: 'Awaits approval' },
  DEPLOYING: { status: 'DEPLOYING', name: 'Deploying' },
  WATCHED: { status: 'WATCHED', name: 'Baking' },
  IN_PROGRESS: { status: 'IN_PROGRESS', name: 'In progress' },
  PASSED: { status: 'PASSED', name: 'Passed' },
  FAILED: { status: 'FAILED', name: 'Failed' },
  STOPPED: { status: 'STOPPED', name: 'Stopped' },
};

/** What the state of a step is called; what bakes no more is in its checks. */
export function stateName({ state, bake }: Pick<Step, 'state' | 'bake'>): string {
  if (state === 'WATCHED' && bake?.status !== 'RUNNING') return 'In its checks';
  return STATES[state].name;
}

/** The status under which `parts/Status` knows how a state looks. */
export function statusOf(state: StepState): string {
  return STATES[state].status;
}

const GLYPHS: Record<string, string> = {
  SUCCEEDED: '✓',
  FAILED: '✕',
  IN_PROGRESS: '↻',
  STOPPED: '■',
  PENDING: '·',
};

/** A sign that tells an environment's status without its colour. */
export function glyphOf(status: string): string {
  return GLYPHS[status] ?? '?';
}

/** An environment and its status, in words. */
export function environmentSaid({ name, status }: { name: string; status: string }): string {
  return `${name}: ${lookOf(status)[1]}`;
}

/** Another execution that is here, in words. */
export function otherSaid({ revision, kind, relation }: Other): string {
  const what = `${kind === 'ROLLBACK' ? 'rollback to ' : ''}${revision?.slice(0, 8) ?? 'unknown revision'}`;
  return relation === 'IN' ? `${what} is here` : `${what} waits to enter`;
}
