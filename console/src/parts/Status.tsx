import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

type Look = [StatusIndicatorProps.Type, string];

/** Every status of the graph, as it looks and what it is called. Never by colour alone. */
const LOOKS: Record<string, Look> = {
  PENDING: ['pending', 'Pending'],
  COMING: ['pending', 'Coming'],
  WAITING: ['pending', 'Waiting'],
  IN_PROGRESS: ['in-progress', 'In progress'],
  DEPLOYING: ['in-progress', 'Deploying'],
  RUNNING: ['in-progress', 'Running'],
  WATCHED: ['in-progress', 'Baking'],
  STOPPING: ['in-progress', 'Stopping'],
  SUCCEEDED: ['success', 'Succeeded'],
  DEPLOYED: ['success', 'Deployed'],
  PASSED: ['success', 'Passed'],
  OK: ['success', 'OK'],
  FAILED: ['error', 'Failed'],
  ERRORED: ['error', 'Errored'],
  TIMED_OUT: ['error', 'Timed out'],
  ALARM: ['error', 'In alarm'],
  INCONCLUSIVE: ['warning', 'Inconclusive'],
  INSUFFICIENT_DATA: ['warning', 'Insufficient data'],
  STOPPED: ['stopped', 'Stopped'],
  ENDED: ['stopped', 'Ended'],
  CANCELED: ['stopped', 'Canceled'],
  CANCELLED: ['stopped', 'Cancelled'],
  ABANDONED: ['stopped', 'Abandoned'],
  SUPERSEDED: ['stopped', 'Superseded'],
  UNKNOWN: ['info', 'Unknown'],
};

/** The look and the name of a status; one that this page does not know is shown as it is spelt. */
export function lookOf(status: string): Look {
  return LOOKS[status] ?? ['info', status];
}

export function Status({
  status,
  children,
}: {
  status: string | null | undefined;
  children?: React.ReactNode;
}) {
  if (!status) return <StatusIndicator type="info">Nothing yet</StatusIndicator>;
  const [type, name] = lookOf(status);
  return <StatusIndicator type={type}>{children ?? name}</StatusIndicator>;
}
