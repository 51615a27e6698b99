import type { PipelinePlanQuery, PipelineRunQuery, StageRunFragment } from './pipeline.generated';

export type Run = NonNullable<PipelineRunQuery['execution']>;
export type RunStage = Run['stages']['nodes'][number];
export type RunAction = RunStage['actions']['nodes'][number];
export type RunCheck = Run['checkRuns']['nodes'][number];
export type WaveForecast = NonNullable<Run['forecast']>['waves'][number];
export type Plan = Extract<PipelinePlanQuery['plan'], { stages: unknown }>;
export type PlanWave = Plan['stages'][number]['waves'][number];

/** An execution with no more of its stages than is needed to say where it is. */
export interface Passing {
  executionId: string;
  kind: string;
  status: string;
  revision: string | null;
  commitMessage: string | null;
  startedAt: string | null;
  stages: { nodes: StageRunFragment[] };
}

/**
 * How far a step of the pipeline has come for one execution.
 *
 * COMING      it is to pass it
 * ABSENT      it ended before it, or never passes it
 * WAITING     it asks whether it may enter
 * APPROVAL    a person is to approve
 * DEPLOYING, WATCHED, IN_PROGRESS   what is done now
 * PASSED, FAILED, STOPPED           how it ended
 */
export type StepState =
  | 'COMING'
  | 'ABSENT'
  | 'WAITING'
  | 'APPROVAL'
  | 'DEPLOYING'
  | 'WATCHED'
  | 'IN_PROGRESS'
  | 'PASSED'
  | 'FAILED'
  | 'STOPPED';

export interface StepEnvironment {
  name: string;
  region: string | null;
  status: string;
  deploymentId: string | null;
  reason: string | null;
}

/** Another execution that is in a step, or waits to enter it. */
export interface Other {
  executionId: string;
  revision: string | null;
  kind: string;
  relation: 'IN' | 'WAITS';
}

/** A node of the pipeline: a stage of CodePipeline, or the parts that CDK has split one into. */
export interface Step {
  id: string;
  title: string;
  /** The stage that groups its waves; null for source, build and the like. */
  group: string | null;
  production: boolean;
  onFailure: string | null;
  wave: string | null;
  planned: PlanWave | null;
  state: StepState;
  stages: RunStage[];
  environments: StepEnvironment[];
  checks: RunCheck[];
  bake: RunCheck | null;
  forecast: WaveForecast | null;
  others: Other[];
  /** What passed it last, of any execution. */
  there: { executionId: string; revision: string | null } | null;
}

const ENDED = new Set(['SUCCEEDED', 'FAILED', 'STOPPED', 'SUPERSEDED', 'CANCELED', 'ABANDONED']);
/** Statuses of what goes on. */
export const IN_FLIGHT = new Set(['IN_PROGRESS', 'STOPPING']);

/** Whether an execution, or a stage of one, is over. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

interface Slot {
  id: string;
  group: string | null;
  production: boolean;
  onFailure: string | null;
  planned: PlanWave | null;
}

/** CDK cuts a wave of very many actions into NAME.1, NAME.2… */
function belongs(stage: string, slot: string): boolean {
  return stage === slot || (stage.startsWith(`${slot}.`) && /^\d+$/.test(stage.slice(slot.length + 1)));
}

function waveSlots(plan: Plan | null): Slot[] {
  return (plan?.stages ?? []).flatMap(({ name, production, onFailure, waves }) =>
    waves.map((planned) => ({ id: planned.name, group: name, production, onFailure, planned })),
  );
}

/** Stages that the plan does not have: source and build before the waves, and what is no longer planned. */
function otherSlots(runs: readonly Passing[], planned: readonly Slot[]): { before: Slot[]; after: Slot[] } {
  const found = new Map<string, { position: number; wave: string | null }>();
  for (const { stages } of runs) {
    for (const { name, position, wave } of stages.nodes) {
      const known = found.has(name) || planned.some((slot) => belongs(name, slot.id));
      if (!known) found.set(name, { position, wave: wave?.name ?? null });
    }
  }
  const ordered = [...found].sort(([, one], [, other]) => one.position - other.position);
  const slot = ([id, { wave }]: (typeof ordered)[number]): Slot => ({
    id,
    group: wave === null ? null : 'No longer planned',
    production: false,
    onFailure: null,
    planned: null,
  });
  return {
    before: ordered.filter(([, { wave }]) => wave === null).map(slot),
    after: ordered.filter(([, { wave }]) => wave !== null).map(slot),
  };
}

/** The steps that there are, in reading order: the same for every execution, so nothing moves when one is chosen. */
export function slotsOf(plan: Plan | null, runs: readonly Passing[]): Slot[] {
  const planned = waveSlots(plan);
  const { before, after } = otherSlots(runs, planned);
  return [...before, ...planned, ...after];
}

const DOING: Record<string, StepState> = {
  ENTER: 'WAITING',
  PREPARE: 'DEPLOYING',
  DEPLOY: 'DEPLOYING',
  VALIDATE: 'WATCHED',
};

function stateInProgress(actions: readonly RunAction[]): StepState {
  const running = actions.filter(({ status }) => IN_FLIGHT.has(status));
  if (running.some(({ category }) => category === 'Approval')) return 'APPROVAL';
  const first = running[0] ?? actions.findLast(({ status }) => status === 'SUCCEEDED');
  if (first === undefined) return 'IN_PROGRESS';
  if (running.length === 0 && first.kind === 'ENTER') return 'DEPLOYING';
  return DOING[first.kind] ?? 'IN_PROGRESS';
}

/** How far the execution has come here. */
export function stateOf(stages: readonly RunStage[], executionStatus: string | null): StepState {
  const statuses = stages.map(({ status }) => status);
  const goesOn = executionStatus !== null && !ENDED.has(executionStatus);
  if (statuses.length === 0) return goesOn ? 'COMING' : 'ABSENT';
  if (statuses.includes('FAILED')) return 'FAILED';
  if (statuses.some((status) => IN_FLIGHT.has(status))) {
    return stateInProgress(stages.flatMap(({ actions }) => actions.nodes));
  }
  if (statuses.every((status) => status === 'SUCCEEDED')) return 'PASSED';
  return 'STOPPED';
}

interface Place {
  executionId: string;
  stage: string;
  relation: 'IN' | 'WAITS';
}

/** Where an execution that goes on is: in a stage, or behind the last one that it passed. */
export function placeOf({ executionId, status, stages }: Passing): Place | null {
  if (!IN_FLIGHT.has(status)) return null;
  const inOne = stages.nodes.findLast((stage) => IN_FLIGHT.has(stage.status));
  if (inOne !== undefined) return { executionId, stage: inOne.name, relation: 'IN' };
  const passed = [...stages.nodes]
    .sort((one, other) => one.position - other.position)
    .findLast((stage) => stage.status === 'SUCCEEDED');
  return passed === undefined ? null : { executionId, stage: passed.name, relation: 'WAITS' };
}

function othersOf(
  index: number,
  slots: readonly Slot[],
  runs: readonly Passing[],
  own: string | null,
): Other[] {
  const here = slots[index]!.id;
  const before = index === 0 ? undefined : slots[index - 1]!.id;
  return runs.flatMap((run) => {
    const place = run.executionId === own ? null : placeOf(run);
    if (place === null) return [];
    const at = place.relation === 'IN' ? here : before;
    if (at === undefined || !belongs(place.stage, at)) return [];
    const { executionId, revision, kind } = run;
    return [{ executionId, revision, kind, relation: place.relation }];
  });
}

function thereOf(slot: Slot, runs: readonly Passing[]): Step['there'] {
  let found: { at: number; executionId: string; revision: string | null } | null = null;
  for (const { executionId, revision, stages } of runs) {
    for (const { name, status, endedAt } of stages.nodes) {
      if (status !== 'SUCCEEDED' || endedAt === null || !belongs(name, slot.id)) continue;
      const at = Date.parse(endedAt);
      if (found === null || at > found.at) found = { at, executionId, revision };
    }
  }
  return found && { executionId: found.executionId, revision: found.revision };
}

function environmentsOf(slot: Slot, stages: readonly RunStage[], run: Run | null): StepEnvironment[] {
  const deployments = new Map(run?.deployments.nodes.map((each) => [each.environment.name, each]));
  const regions = new Map(slot.planned?.environments.map(({ name, region }) => [name, region]));
  const acted = stages.flatMap(({ actions }) => actions.nodes.map(({ environment }) => environment?.name));
  const names = new Set([...regions.keys(), ...acted.filter((name) => name !== undefined)]);
  return [...names].map((name) => {
    const deployment = deployments.get(name);
    return {
      name,
      region: regions.get(name) ?? null,
      status: deployment?.status ?? 'PENDING',
      deploymentId: deployment?.id ?? null,
      reason: deployment?.reason ?? null,
    };
  });
}

/** The latest try of each check on each subject, of the execution's latest attempt here. */
export function latestChecks(checks: readonly RunCheck[]): RunCheck[] {
  const found = new Map<string, RunCheck>();
  for (const check of checks) {
    const key = `${check.when} ${check.name} ${check.subject}`;
    const before = found.get(key);
    const later =
      before === undefined ||
      check.attempt > before.attempt ||
      (check.attempt === before.attempt && check.startedAt >= before.startedAt);
    if (later) found.set(key, check);
  }
  return [...found.values()];
}

function isBake({ kind, wave, subject }: RunCheck): boolean {
  return kind === 'BAKE' && (subject === wave.name || subject.startsWith(wave.name));
}

/** The bake of the wave itself before any other check that bakes; one that goes on before one that is over. */
function bakeOf(checks: readonly RunCheck[]): RunCheck | null {
  const bakes = checks.filter(isBake);
  const running = bakes.filter(({ status }) => status === 'RUNNING');
  const candidates = running.length > 0 ? running : bakes;
  return candidates.find(({ name }) => name === 'bake') ?? candidates[0] ?? null;
}

/** The pipeline's steps as one execution passes them, with whoever else is there. */
export function courseOf(plan: Plan | null, runs: readonly Passing[], run: Run | null): Step[] {
  const slots = slotsOf(plan, runs);
  return slots.map((slot, index) => {
    const stages = run?.stages.nodes.filter(({ name }) => belongs(name, slot.id)) ?? [];
    const checks = latestChecks(run?.checkRuns.nodes.filter(({ part }) => belongs(part, slot.id)) ?? []);
    const forecasts = run?.forecast?.waves ?? [];
    return {
      id: slot.id,
      title: slot.id,
      group: slot.group,
      production: slot.production,
      onFailure: slot.onFailure,
      wave: slot.planned?.wave ?? stages[0]?.wave?.name ?? null,
      planned: slot.planned,
      state: stateOf(stages, run?.status ?? null),
      stages,
      environments: environmentsOf(slot, stages, run),
      checks,
      bake: bakeOf(checks),
      forecast: forecasts.find(({ part }) => belongs(part, slot.id)) ?? null,
      others: othersOf(index, slots, runs, run?.executionId ?? null),
      there: thereOf(slot, runs),
    };
  });
}
