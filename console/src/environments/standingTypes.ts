import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import type { StandingState } from './standing';

/** The indicator of each state. */
export const STANDING_TYPES: Readonly<Record<StandingState, StatusIndicatorProps.Type>> = {
  FAILED: 'error',
  DEPLOYING: 'in-progress',
  STOPPED: 'stopped',
  SUCCEEDED: 'success',
  PENDING: 'pending',
  NONE: 'info',
};
