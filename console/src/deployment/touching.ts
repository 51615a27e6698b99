import type { LoggedEvent } from '../graph/live';
import type { DeploymentDetails } from './timeline';

/** Whether an event may change what is shown of a deployment. */
export function touchesDeployment(
  { type, payload }: Pick<LoggedEvent, 'type' | 'payload'>,
  deployment: Pick<DeploymentDetails, 'service' | 'environment' | 'execution' | 'actions'>,
): boolean {
  const { service, environment, execution, actions } = deployment;
  if (payload['executionId'] === execution.executionId) return true;
  if (type === 'work.changed') return actions.nodes.some(({ work }) => work?.arn === payload['work']);
  if (payload['service'] !== service.name) return false;
  if (type.startsWith('incident.')) return true;
  return type === 'deployment.changed' && payload['environment'] === environment.name;
}
