import Button from '@cloudscape-design/components/button';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { useIsSlow, useLinkState, useService } from '../graph/service';
import type { LinkState } from '../graph/live';

const SAID: Record<LinkState, [StatusIndicatorProps.Type, string]> = {
  connecting: ['pending', 'Connecting'],
  live: ['success', 'Live'],
  lost: ['warning', 'Not live: the service is away'],
  resting: ['stopped', 'Resting'],
};

const SLOW: (typeof SAID)[LinkState] = ['warning', 'The service answers slowly'];

/** Whether what is shown is what is, for all to see. */
export function LinkIndicator() {
  const { live } = useService();
  const state = useLinkState();
  const slow = useIsSlow();
  const [type, text] = slow && state === 'live' ? SLOW : SAID[state];
  return (
    <div className="link-state" role="status" data-state={state}>
      <StatusIndicator type={type}>{text}</StatusIndicator>
      {state === 'lost' && (
        <Button variant="inline-link" onClick={() => live.tryNow()}>
          Try now
        </Button>
      )}
    </div>
  );
}
