import { IN_FLIGHT, type Step, type StepEnvironment, type StepState } from './course';

const BUSY = new Set<StepState>(['WAITING', 'APPROVAL', 'DEPLOYING', 'WATCHED', 'IN_PROGRESS']);

/** The step in which the execution is; else the one where it ended, or the next that it comes to. */
export function currentOf(steps: readonly Step[]): Step | null {
  return (
    steps.find(({ state }) => BUSY.has(state)) ??
    steps.find(({ state }) => state === 'FAILED' || state === 'STOPPED') ??
    steps.find(({ state }) => state === 'COMING') ??
    steps.findLast(({ state }) => state === 'PASSED') ??
    steps.find(({ wave }) => wave !== null) ??
    steps[0] ??
    null
  );
}

/**
 * The environment whose `why` says what the execution waits for: of the wave that it is to enter, or, while the wave
 * where it is is watched, of the next one.
 */
export function waitsFor(steps: readonly Step[]): string | null {
  const current = currentOf(steps);
  if (current === null) return null;
  const index = steps.indexOf(current);
  const later = steps.slice(index + 1).find(({ wave }) => wave !== null);
  const step =
    current.wave === null || (current.state === 'WATCHED' && later !== undefined) ? later : current;
  return step === undefined
    ? null
    : ((step.environments.find(isOutstanding) ?? step.environments[0])?.name ?? null);
}

function isOutstanding({ status }: StepEnvironment): boolean {
  return status !== 'SUCCEEDED';
}

/** How many of the environments have the revision. */
export function progressOf({ environments }: Step): { done: number; total: number } {
  return { done: environments.filter((each) => !isOutstanding(each)).length, total: environments.length };
}

/** The action of a step that waits for a person; null for none. */
export function approvalOf({ stages }: Pick<Step, 'stages'>): { stage: string; name: string } | null {
  for (const { name: stage, actions } of stages) {
    const waiting = actions.nodes.find(
      ({ category, status }) => category === 'Approval' && IN_FLIGHT.has(status),
    );
    if (waiting !== undefined) return { stage, name: waiting.name };
  }
  return null;
}

/** CodePipeline's stage of a step that may be tried again; null for none. */
export function triesAgain({ stages }: Pick<Step, 'stages'>): string | null {
  return stages.find(({ status }) => status === 'FAILED' || status === 'STOPPED')?.name ?? null;
}

/** CodePipeline's stage of a step that may be rolled back; null where the execution has not been in it. */
export function rollsBack({ stages, wave }: Pick<Step, 'stages' | 'wave'>): string | null {
  return wave === null ? null : (stages.at(-1)?.name ?? null);
}
