import type { Plan, Run, RunAction, RunCheck, RunStage } from './course';

/** Values for the tests of this view: complete, and plain where nothing else is said. */

export const T0 = Date.parse('2027-01-27T12:00:00Z');

export function at(minutes: number): string {
  return new Date(T0 + minutes * 60_000).toISOString();
}

export function planned(waves: Record<string, string[]>): Plan {
  const stages = new Map<string, Plan['stages'][number]>();
  for (const [name, environments] of Object.entries(waves)) {
    const stage = name.replace(/-\d+$/, '');
    if (!stages.has(stage)) {
      stages.set(stage, { name: stage, production: stage === 'prod', onFailure: 'ROLLBACK', waves: [] });
    }
    stages.get(stage)!.waves.push({
      name,
      wave: name,
      bakeMinutes: 0,
      minimumDataPoints: 0,
      environments: environments.map((each) => ({ name: each, region: each.replace(/^[a-z]+-/, '') })),
      checks: [],
      windows: [],
    });
  }
  return { digest: 'sha256:0', stages: [...stages.values()] };
}

export function action(
  kind: RunAction['kind'],
  status: RunAction['status'],
  rest: Partial<RunAction> = {},
): RunAction {
  return {
    id: `${kind}-${rest.name ?? ''}`,
    name: kind,
    kind,
    category: kind === 'DEPLOY' || kind === 'PREPARE' ? 'Deploy' : 'Invoke',
    status,
    startedAt: at(0),
    endedAt: null,
    externalUrl: null,
    summary: null,
    environment: null,
    failure: null,
    ...rest,
  };
}

export function stage(
  name: string,
  position: number,
  status: RunStage['status'],
  actions: RunAction[] = [],
  rest: Partial<RunStage> = {},
): RunStage {
  const ended = status !== 'IN_PROGRESS';
  const wave = /-\d/.test(name) ? { name: name.replace(/\.\d+$/, '') } : null;
  return {
    name,
    status,
    position,
    startedAt: at(position * 10),
    endedAt: ended ? at(position * 10 + 5) : null,
    wave,
    actions: { nodes: actions },
    ...rest,
  };
}

export function check(name: string, part: string, rest: Partial<RunCheck> = {}): RunCheck {
  return {
    id: `${name} ${part} ${rest.attempt ?? 1} ${rest.tryNumber ?? 1}`,
    name,
    subject: part,
    part,
    kind: 'LAMBDA',
    when: 'AFTER',
    mode: 'BLOCKING',
    attempt: 1,
    tryNumber: 1,
    status: 'RUNNING',
    cause: null,
    configuration: {},
    detail: null,
    startedAt: at(0),
    endedAt: null,
    wave: { name: part },
    ...rest,
  };
}

export function execution(executionId: string, stages: RunStage[], rest: Partial<Run> = {}): Run {
  return {
    executionId,
    kind: 'STANDARD',
    status: 'IN_PROGRESS',
    attempt: 1,
    revision: executionId.repeat(8).slice(0, 40),
    commitMessage: 'A change',
    author: 'Mary',
    committedAt: null,
    trigger: null,
    rollbackTarget: null,
    version: 1,
    startedAt: at(0),
    endedAt: null,
    stages: { nodes: stages },
    deployments: { nodes: [] },
    checkRuns: { nodes: [] },
    forecast: null,
    overrideUses: { nodes: [] },
    ...rest,
  };
}

export function deployed(environment: string, status: Run['deployments']['nodes'][number]['status']) {
  return {
    id: `deployment of ${environment}`,
    status,
    revision: null,
    reason: null,
    startedAt: null,
    endedAt: null,
    environment: { name: environment },
  };
}
