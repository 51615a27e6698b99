/** Where something is in AWS, and which account one must be signed in to there. */
export interface AwsLink {
  href: string;
  title: string;
  accountId: string | undefined;
  region: string | undefined;
}

interface Arn {
  service: string;
  region: string;
  accountId: string;
  resource: string;
}

/** The parts of an ARN; nothing for other text. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|):(.+)$/s.exec(text);
  if (match === null) return undefined;
  const [, service, region, accountId, resource] = match;
  return { service: service!, region: region!, accountId: accountId!, resource: resource! };
}

const CONSOLES: readonly [RegExp, string][] = [
  [/^cn-/, 'console.amazonaws.cn'],
  [/^us-gov-/, 'console.amazonaws-us-gov.com'],
];

/** The address of the AWS console in a Region, whichever partition it belongs to. */
export function consoleOf(region: string): string {
  const found = CONSOLES.find(([pattern]) => pattern.test(region));
  return `https://${region}.${found?.[1] ?? 'console.aws.amazon.com'}`;
}

function home(region: string, service: string, fragment: string): string {
  return `${consoleOf(region)}/${service}/home?region=${region}#${fragment}`;
}

const encoded = encodeURIComponent;

function stackOrChangeSet(arn: string, { region, resource }: Arn): [string, string] | undefined {
  if (resource.startsWith('stack/')) {
    const href = home(region, 'cloudformation', `/stacks/events?stackId=${encoded(arn)}`);
    return ['CloudFormation stack', href];
  }
  if (resource.startsWith('changeSet/')) {
    const href = home(region, 'cloudformation', `/stacks/changesets/changes?changeSetId=${encoded(arn)}`);
    return ['CloudFormation change set', href];
  }
  return undefined;
}

function build(accountId: string, region: string, buildId: string): [string, string] {
  const [project] = buildId.split(':');
  const path = `codesuite/codebuild/${accountId}/projects/${encoded(project!)}/build/${encoded(buildId)}/log`;
  return ['CodeBuild log', `${consoleOf(region)}/${path}?region=${region}`];
}

function byService(arn: string, parsed: Arn): [string, string] | undefined {
  const { service, region, accountId, resource } = parsed;
  if (service === 'cloudformation') return stackOrChangeSet(arn, parsed);
  if (service === 'codebuild' && resource.startsWith('build/')) {
    return build(accountId, region, resource.slice('build/'.length));
  }
  if (service === 'states' && /^(express|execution):/.test(resource)) {
    return ['Step Functions execution', home(region, 'states', `/v2/executions/details/${arn}`)];
  }
  if (service === 'cloudwatch' && resource.startsWith('alarm:')) {
    const alarm = encoded(resource.slice('alarm:'.length));
    return ['CloudWatch alarm', home(region, 'cloudwatch', `alarmsV2:alarm/${alarm}`)];
  }
  if (service === 'lambda' && resource.startsWith('function:')) {
    const name = resource.split(':')[1]!;
    return ['Lambda function', home(region, 'lambda', `/functions/${encoded(name)}`)];
  }
  return undefined;
}

/** The page of the AWS console for what an ARN names; nothing where there is none. */
export function linkOfArn(arn: string): AwsLink | undefined {
  const parsed = parseArn(arn);
  if (parsed === undefined || parsed.region === '') return undefined;
  const found = byService(arn, parsed);
  if (found === undefined) return undefined;
  const [title, href] = found;
  return { href, title, accountId: parsed.accountId || undefined, region: parsed.region };
}

/** An address that somebody else reported, if a page may lead there: never a script. */
export function safeUrl(url: string | null | undefined): string | undefined {
  if (!url) return undefined;
  try {
    const { protocol } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? url : undefined;
  } catch {
    return undefined;
  }
}

const PROVIDERS: Record<string, string> = {
  CloudFormation: 'CloudFormation',
  CodeBuild: 'CodeBuild log',
  StepFunctions: 'Step Functions execution',
  CodeStarSourceConnection: 'Source',
};

interface Acted {
  provider: string;
  regionName?: string | null | undefined;
  externalId?: string | null | undefined;
  externalUrl?: string | null | undefined;
}

/** `project:uuid`, as CodePipeline names a build. */
const BUILD_ID = /^[A-Za-z0-9][\w-]{1,254}:[0-9a-f-]{36}$/;

/**
 * Where the work of an action can be looked at: by what AWS told of it, else by its id.
 *
 * accountId: the account of those actions whose id does not say it, the pipeline's.
 */
export function linkOfAction(action: Acted, accountId: string): AwsLink | undefined {
  const { provider, regionName, externalId, externalUrl } = action;
  const derived = externalId ? linkOfArn(externalId) : undefined;
  if (derived !== undefined) return derived;
  if (provider === 'CodeBuild' && externalId && regionName && accountId && BUILD_ID.test(externalId)) {
    const [title, href] = build(accountId, regionName, externalId);
    return { href, title, accountId, region: regionName };
  }
  const href = safeUrl(externalUrl);
  if (href === undefined) return undefined;
  const region = regionName ?? undefined;
  return { href, title: PROVIDERS[provider] ?? provider, accountId: accountId || undefined, region };
}

/** Where AWS says a build's log is, or whatever else the graph has an address for. */
export function linkOfUrl(
  url: string | null | undefined,
  title: string,
  place: { accountId?: string; regionName?: string } = {},
): AwsLink | undefined {
  const href = safeUrl(url);
  if (href === undefined) return undefined;
  return { href, title, accountId: place.accountId || undefined, region: place.regionName || undefined };
}

interface Run {
  pipeline: { name: string; accountId: string; regionName: string };
  executionId: string;
}

/** The execution's timeline in CodePipeline; nothing for a pipeline of another CI system. */
export function linkOfExecution({ pipeline, executionId }: Run): AwsLink | undefined {
  const { name, accountId, regionName } = pipeline;
  if (accountId === '' || regionName === '') return undefined;
  const path = `codesuite/codepipeline/pipelines/${encoded(name)}/executions/${executionId}/timeline`;
  const href = `${consoleOf(regionName)}/${path}?region=${regionName}`;
  return { href, title: 'CodePipeline execution', accountId, region: regionName };
}

/** What one must do to see it, for the link's title. */
export function signInNote({ accountId, region }: AwsLink): string {
  if (accountId === undefined) return 'Opens in a new tab.';
  const where = region === undefined ? '' : `, ${region}`;
  return `Opens in a new tab. Sign in to account ${accountId}${where} first.`;
}
