import type { DeploymentPageQuery } from './deployment.generated';

type Details = NonNullable<DeploymentPageQuery['deployment']>;
export type FailureDetails = NonNullable<Details['failure']>;
type Evidence = Details['failureEvidence']['nodes'][number];

/** What failed because of something else that did. */
export interface Cascaded {
  key: string;
  resource: string;
  resourceType: string | undefined;
  reason: string | undefined;
}

function textIn(value: object, name: string): string | undefined {
  const found = (value as Record<string, unknown>)[name];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Reads the graph's list of what followed; what is not of its form is left out. */
export function cascadeOf(cascade: unknown): Cascaded[] {
  if (!Array.isArray(cascade)) return [];
  return cascade.flatMap((each: unknown, place) => {
    if (typeof each !== 'object' || each === null) return [];
    const resource = textIn(each, 'resource') ?? 'A resource without a name';
    return [
      {
        key: `${place} ${resource}`,
        resource,
        resourceType: textIn(each, 'resourceType'),
        reason: textIn(each, 'reason'),
      },
    ];
  });
}

const KINDS: Record<FailureDetails['kind'], string> = {
  RESOURCE: 'A resource of a stack could not be made, changed or deleted.',
  EARLY_VALIDATION: 'CloudFormation refused the template before it touched a resource.',
  HOOK: 'A hook of CloudFormation refused the change.',
  CHANGE_SET: 'The change set could not be made.',
  BUILD: 'A phase of a build failed.',
  STATE_MACHINE: 'An execution of a state machine failed.',
  CHECK: 'A check said no, or could not be carried out.',
  CONDITION: 'A rule of a stage’s condition said no.',
  ACTION: 'An action failed, and CodePipeline’s own words are all that is known.',
};

/** What kind of failure it is, as a sentence. */
export function kindOf(kind: FailureDetails['kind']): string {
  return KINDS[kind] ?? kind;
}

/** Why the cause is not known yet, or never will be; nothing where it is known. */
export function explanationOf({
  explainedAt,
  unexplained,
}: Pick<FailureDetails, 'explainedAt' | 'unexplained'>): string | undefined {
  if (explainedAt === null && unexplained === null) {
    return 'This is not explained yet: AWS is being asked for the first cause. Until then these are CodePipeline’s own words.';
  }
  if (explainedAt === null) {
    return `This is not explained yet: AWS could not be asked (${unexplained}), and is asked again. Until then these are CodePipeline’s own words.`;
  }
  if (unexplained !== null) {
    return `AWS could not be asked for the first cause (${unexplained}). These are the words that were told without asking.`;
  }
  return undefined;
}

const EVIDENCE: Record<Evidence['kind'], string> = {
  ROLLBACK: 'A rollback began to take the environment back',
  ALARM: 'An alarm went off while the wave was watched after it',
  CHECK: 'A blocking check said no after it',
  DEPLOYMENT: 'An action that changes the environment failed',
  INCIDENT: 'A declared incident names it as a cause',
};

/** What a piece of evidence shows, as a sentence. */
export function evidenceSentence({ kind }: Pick<Evidence, 'kind'>): string {
  return EVIDENCE[kind] ?? kind;
}

/** The failure to show first: its own; else that of the check that said no after it, the earliest. */
export function failureOf({
  failure,
  failureEvidence,
}: Pick<Details, 'failure' | 'failureEvidence'>): FailureDetails | undefined {
  if (failure !== null) return failure;
  return (
    failureEvidence.nodes.map(({ checkRun }) => checkRun?.failure).find((found) => found != null) ?? undefined
  );
}
