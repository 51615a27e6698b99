import { type Entry, lasted, lines, said } from './entries';
import type { DeploymentPageQuery } from './deployment.generated';
import { type Happened, type Payload, told } from './happened';
import { stackEvents } from './stackEvents';

export type DeploymentDetails = NonNullable<DeploymentPageQuery['deployment']>;
type Run = DeploymentDetails['execution']['checkRuns']['nodes'][number];

function ofDeployment(deployment: DeploymentDetails): Entry[] {
  const { startedAt, endedAt, status, environment, execution, reason } = deployment;
  const entries: Entry[] = [];
  const add = (key: string, at: string | null, sentence: string, state?: string, details: string[] = []) => {
    if (at !== null) entries.push({ key, at, kind: 'deployment', status: state, sentence, details });
  };
  const by = execution.author ? ` by ${execution.author}` : '';
  add('commit', execution.committedAt, `The commit was made${by}`, undefined, lines(execution.commitMessage));
  const trigger = execution.trigger ? ` (${execution.trigger})` : '';
  add('execution', execution.startedAt, `The pipeline took the revision up${trigger}`);
  add('start', startedAt, `The deployment to ${environment.name} began`);
  add('end', endedAt, `The deployment ${said(status)}${lasted(deployment)}`, status, lines(reason));
  return entries;
}

function ofActions({ actions, execution }: DeploymentDetails): Entry[] {
  return actions.nodes.flatMap((action) => {
    const at = action.endedAt ?? action.startedAt;
    if (at === null) return [];
    const sentence = `${action.name} ${said(action.status)}${lasted(action)}`;
    const details = action.status === 'FAILED' ? lines(action.summary, action.errorCode) : [];
    const status = action.status;
    return [
      {
        key: `${execution.executionId}/${action.id}`,
        at,
        kind: 'action' as const,
        status,
        sentence,
        details,
      },
    ];
  });
}

function ofStacks({ actions }: DeploymentDetails): Entry[] {
  const works = actions.nodes.flatMap(({ work }) => (work === null ? [] : [work]));
  return works.flatMap((work) =>
    stackEvents(work.envelopes.nodes).map(({ id, at, resource, type, status, reason, failed }) => ({
      key: id,
      at,
      kind: 'stack' as const,
      status: failed ? 'FAILED' : undefined,
      sentence: `${resource} (${type}) is ${status}`,
      details: lines(reason),
    })),
  );
}

/** The check runs that looked at this deployment: of its environment, and of the part of the wave that it is in. */
export function runsOf({ actions, environment, execution }: DeploymentDetails): Run[] {
  const { name, wave } = environment;
  const ofWave = execution.checkRuns.nodes.filter((run) => run.wave.name === wave.name);
  const parts = new Set([
    wave.name,
    ...actions.nodes.map(({ stageExecution }) => stageExecution.name),
    ...ofWave.filter(({ subject }) => subject === name).map(({ part }) => part),
  ]);
  return ofWave.filter((run) => run.subject === name || (run.subject === run.part && parts.has(run.part)));
}

function ofRun(run: Run): Entry[] {
  const kind = run.kind === 'BAKE' ? 'bake' : 'check';
  const what = run.name === 'bake' ? `The bake of ${run.subject}` : `${run.name} on ${run.subject}`;
  const shadow = run.mode === 'SHADOW' ? ', in shadow: it blocks nobody' : '';
  const again = run.tryNumber > 1 ? ` (try ${run.tryNumber})` : '';
  const common = { kind, to: checkAddress(run.name) } as const;
  const began: Entry = {
    ...common,
    key: `${run.id}/start`,
    at: run.startedAt,
    status: 'RUNNING',
    sentence: `${what}${again} began${shadow}`,
    details: [],
  };
  if (run.endedAt === null) return [began];
  const ended: Entry = {
    ...common,
    key: run.id,
    at: run.endedAt,
    status: run.status,
    sentence: `${what}${again} ${said(run.status)}${lasted(run)}${shadow}`,
    details: lines(run.cause),
  };
  return kind === 'bake' ? [began, ended] : [ended];
}

function checkAddress(name: string): string | undefined {
  return name === 'bake' ? undefined : `/checks/${encodeURIComponent(name)}`;
}

function ofEvents({ actions, environment }: DeploymentDetails, happened: readonly Happened[]): Entry[] {
  const here = new Set([environment.wave.name, ...actions.nodes.map((each) => each.stageExecution.name)]);
  return happened.flatMap((event) => {
    const payload = event.payload as Payload;
    const places = [payload.pipelineStage, payload.part, payload.wave];
    const ofAll = event.type === 'execution.stop_asked';
    if (!ofAll && !places.some((place) => place !== undefined && here.has(place))) return [];
    const entry = told(event, payload);
    return entry === undefined ? [] : [{ key: event.id, at: event.time, ...entry }];
  });
}

function ofPeople({ overrideUses, incidentLinks, failureEvidence }: DeploymentDetails): Entry[] {
  const overrides = overrideUses.nodes.map(({ id, usedAt, override, blockers }) => ({
    key: id,
    at: usedAt,
    kind: 'override' as const,
    status: undefined,
    sentence: `The override ${override.name} of ${override.grantedBy} let it in`,
    details: [override.reason, ...blockers.map(({ sentence }) => `Passed: ${sentence}`)],
  }));
  const rollbacks = failureEvidence.nodes.flatMap(({ id, at, rollback }) =>
    rollback === null
      ? []
      : [
          {
            key: id,
            at,
            kind: 'rollback' as const,
            status: undefined,
            details: [],
            sentence: 'A rollback began to take the environment back',
            to: `/deployments/${encodeURIComponent(rollback.id)}`,
          },
        ],
  );
  return [...overrides, ...rollbacks, ...incidentLinks.nodes.flatMap(ofIncident)];
}

function ofIncident({ id, role, incident }: DeploymentDetails['incidentLinks']['nodes'][number]): Entry[] {
  const part = role === 'CAUSE' ? 'caused' : 'is to end';
  const about = `${incident.name}, which this deployment ${part}`;
  const declared: Entry = {
    key: `${id}/declared`,
    at: incident.declaredAt,
    kind: 'incident',
    status: 'ALARM',
    sentence: `${incident.declaredBy} declared ${about}`,
    details: lines(incident.title, incident.note),
  };
  if (incident.resolvedAt === null) return [declared];
  return [
    declared,
    {
      key: `${id}/resolved`,
      at: incident.resolvedAt,
      kind: 'incident',
      status: 'OK',
      sentence: `${incident.resolvedBy ?? 'Somebody'} resolved ${incident.name}`,
      details: lines(incident.resolution),
    },
  ];
}

/** All that happened to a deployment, the earliest first; what happened at the same moment as it follows from another. */
export function timelineOf(deployment: DeploymentDetails, happened: readonly Happened[]): Entry[] {
  const entries = [
    ...ofPeople(deployment),
    ...ofDeployment(deployment).filter(({ key }) => key !== 'end'),
    ...ofEvents(deployment, happened),
    ...ofStacks(deployment),
    ...ofActions(deployment),
    ...ofDeployment(deployment).filter(({ key }) => key === 'end'),
    ...runsOf(deployment).flatMap(ofRun),
  ];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
