import { type AwsLink, consoleOf, linkOfArn, safeUrl } from '../deployment/aws';

/** Where something is executed. */
export interface Place {
  accountId: string;
  region: string;
}

function text(configuration: unknown, name: string): string | undefined {
  const value = (configuration as Record<string, unknown> | null)?.[name];
  return typeof value === 'string' && value !== '' && !value.includes('{') ? value : undefined;
}

const PAGES: Record<string, [key: string, title: string, path: (name: string) => string]> = {
  LAMBDA: ['functionName', 'Lambda function', (name) => `lambda/home?region=REGION#/functions/${name}`],
  STATE_MACHINE: ['arn', 'State machine', (arn) => `states/home?region=REGION#/statemachines/view/${arn}`],
  CODEBUILD: [
    'project',
    'CodeBuild project',
    (name) => `codesuite/codebuild/ACCOUNT/projects/${name}/history?region=REGION`,
  ],
  ALARM: ['alarmName', 'CloudWatch alarm', (name) => `cloudwatch/home?region=REGION#alarmsV2:alarm/${name}`],
  CANARY: ['name', 'Canary', (name) => `cloudwatch/home?region=REGION#synthetics:canary/detail/${name}`],
};

/**
 * The page of what a run executed, from its configuration with its placeholders filled in; nothing where it names none.
 *
 * place: of the environment that it looked at; without one only what has an ARN, or an address, can be found.
 */
export function targetOf(
  kind: string,
  configuration: unknown,
  place: Place | undefined,
): AwsLink | undefined {
  if (kind === 'HTTP') {
    const href = safeUrl(text(configuration, 'url'));
    return href === undefined
      ? undefined
      : { href, title: 'Address', accountId: undefined, region: undefined };
  }
  const page = PAGES[kind];
  if (page === undefined) return undefined;
  const [key, title, path] = page;
  const name = text(configuration, key);
  if (name === undefined) return undefined;
  const byArn = linkOfArn(name);
  if (byArn !== undefined) return byArn;
  const named = /^arn:aws[a-z-]*:[a-z]+:([a-z0-9-]+):(\d{12}):/.exec(name);
  const at = named === null ? place : { region: named[1]!, accountId: named[2]! };
  if (at === undefined) return undefined;
  const filled = path(kind === 'STATE_MACHINE' ? name : encodeURIComponent(name))
    .replaceAll('REGION', at.region)
    .replaceAll('ACCOUNT', at.accountId);
  return { href: `${consoleOf(at.region)}/${filled}`, title, ...at };
}

/** The addresses in whatever a check reported, each by the name that it was reported under. */
export function reportedLinks(detail: unknown): { name: string; href: string }[] {
  if (typeof detail !== 'object' || detail === null) return [];
  return Object.entries(detail).flatMap(([name, value]) => {
    const href = typeof value === 'string' && /^https?:\/\//.test(value) ? safeUrl(value) : undefined;
    return href === undefined ? [] : [{ name, href }];
  });
}
