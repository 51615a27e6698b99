import { type AwsLink, linkOfAction, linkOfArn, linkOfUrl } from './aws';
import type { DeploymentDetails } from './timeline';

type Action = DeploymentDetails['actions']['nodes'][number];
export type WorkDetails = NonNullable<Action['work']>;

/** A resource, or a phase of a build, that failed. */
export interface FailedPart {
  key: string;
  resource: string;
  type: string | undefined;
  state: string | undefined;
  reason: string | undefined;
}

function textIn(value: Record<string, unknown>, ...names: string[]): string | undefined {
  const found = names.map((name) => value[name]).find((each) => typeof each === 'string' && each !== '');
  return found as string | undefined;
}

/** Reads the graph's list of resources or phases that failed; what is not of its form is left out. */
export function failedParts(failures: unknown): FailedPart[] {
  if (!Array.isArray(failures)) return [];
  return failures.flatMap((each: unknown, place) => {
    if (typeof each !== 'object' || each === null) return [];
    const told = each as Record<string, unknown>;
    const resource = textIn(told, 'resource', 'name') ?? 'Without a name';
    return [
      {
        key: `${place} ${resource}`,
        resource,
        type: textIn(told, 'type', 'resourceType'),
        state: textIn(told, 'state', 'status'),
        reason: textIn(told, 'reason', 'cause'),
      },
    ];
  });
}

/** Where an action's work can be looked at: its log, its page, whatever the graph has. */
export function linksOf(action: Action, pipelineAccount: string): AwsLink[] {
  const { work } = action;
  const found = [
    work === null ? undefined : linkOfArn(work.arn),
    linkOfAction(action, pipelineAccount),
    work === null ? undefined : linkOfUrl(work.logUrl, 'Log', work),
  ].filter((link): link is AwsLink => link !== undefined);
  return [...new Map(found.map((link) => [link.href, link])).values()];
}
