/** What CloudFormation told of a resource of a stack, or of the stack itself. */
export interface StackEvent {
  id: string;
  at: string;
  resource: string;
  type: string;
  physicalId: string | undefined;
  status: string;
  reason: string | undefined;
  failed: boolean;
}

interface Told {
  id: string;
  detailType: string;
  time: string;
  body: unknown;
}

interface Detail {
  'stack-id'?: string;
  'logical-resource-id'?: string;
  'physical-resource-id'?: string;
  'resource-type'?: string;
  'status-details'?: { status?: string; 'status-reason'?: string };
}

const KINDS = new Set(['CloudFormation Stack Status Change', 'CloudFormation Resource Status Change']);

function stackName(arn: string | undefined): string {
  return arn?.split('/')[1] ?? 'The stack';
}

/** The events of a stack among the envelopes of its work, the earliest first; what cannot be read is left out. */
export function stackEvents(envelopes: readonly Told[]): StackEvent[] {
  return envelopes
    .filter(({ detailType }) => KINDS.has(detailType))
    .flatMap(({ id, time, body }) => {
      const detail = (body as { detail?: Detail } | null)?.detail;
      const status = detail?.['status-details']?.status;
      if (detail === undefined || status === undefined) return [];
      const event: StackEvent = {
        id,
        at: time,
        resource: detail['logical-resource-id'] ?? stackName(detail['stack-id']),
        type: detail['resource-type'] ?? 'AWS::CloudFormation::Stack',
        physicalId: detail['physical-resource-id'],
        status,
        reason: detail['status-details']?.['status-reason'] || undefined,
        failed: status.endsWith('_FAILED') || status.includes('ROLLBACK'),
      };
      return [event];
    })
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
