import type { DeploymentDetails } from './timeline';

type Run = DeploymentDetails['execution']['checkRuns']['nodes'][number];
type Action = DeploymentDetails['actions']['nodes'][number];

/** A deployment to prod-us-east-1 of a wave prod-2, for tests. */
export function deployment(more: Partial<DeploymentDetails> = {}): DeploymentDetails {
  return {
    id: 'ZGVwbG95bWVudA==',
    status: 'SUCCEEDED',
    revision: '08ea4a6e11548542ae291a2ebe5e73a3a147e2ca',
    reason: null,
    startedAt: '2026-11-30T03:00:00Z',
    endedAt: '2026-11-30T03:05:00Z',
    service: { name: 'orders', repository: 'acme/orders' },
    environment: {
      name: 'prod-us-east-1',
      account: { name: 'acme-prod', awsId: '666666666666' },
      region: { name: 'us-east-1', description: 'US East (N. Virginia)', timeZone: 'America/New_York' },
      wave: { name: 'prod-2', stage: { name: 'prod', production: true } },
    },
    execution: execution(),
    commits: [],
    actions: { nodes: [] },
    failure: null,
    failureEvidence: { nodes: [] },
    incidentLinks: { nodes: [] },
    overrideUses: { nodes: [] },
    ...more,
  };
}

export function execution(runs: Run[] = []): DeploymentDetails['execution'] {
  return {
    id: 'UGlwZWxpbmVFeGVjdXRpb246MDFhMjJhZjM=',
    executionId: '3149f32d-b50d-416b-b021-1fb85694ba55',
    kind: 'STANDARD',
    status: 'SUCCEEDED',
    attempt: 1,
    commitMessage: 'Orders are kept',
    author: 'Ada',
    committedAt: null,
    tag: null,
    trigger: 'GitHub',
    rollbackTarget: null,
    startedAt: '2026-11-30T01:00:00Z',
    endedAt: null,
    pipeline: {
      name: 'orders',
      arn: 'arn:aws:codepipeline:eu-west-1:999999999999:orders',
      accountId: '999999999999',
      regionName: 'eu-west-1',
      consoleUrl: null,
    },
    checkRuns: { nodes: runs },
  };
}

export function run(more: Partial<Run>): Run {
  return {
    id: 'run',
    name: 'smoke',
    subject: 'prod-us-east-1',
    part: 'prod-2',
    kind: 'LAMBDA',
    when: 'AFTER',
    mode: 'BLOCKING',
    attempt: 1,
    tryNumber: 1,
    status: 'PASSED',
    cause: null,
    startedAt: '2026-11-30T03:06:00Z',
    endedAt: '2026-11-30T03:08:00Z',
    wave: { name: 'prod-2' },
    ...more,
  };
}

export function action(more: Partial<Action>): Action {
  return {
    id: 'action',
    name: 'Orders.Deploy',
    kind: 'DEPLOY',
    provider: 'CloudFormation',
    regionName: 'us-east-1',
    status: 'SUCCEEDED',
    startedAt: '2026-11-30T03:02:00Z',
    endedAt: '2026-11-30T03:05:00Z',
    externalId: null,
    externalUrl: null,
    summary: null,
    errorCode: null,
    work: null,
    stageExecution: { id: 'stage', name: 'prod-2', startedAt: null, endedAt: null },
    ...more,
  };
}
