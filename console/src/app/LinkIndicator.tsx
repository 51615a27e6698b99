import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { useIsSlow, useLinkState, useLoginPage, useService, useStanding } from '../graph/service';
import type { LinkState } from '../graph/live';

const SAID: Record<LinkState, [StatusIndicatorProps.Type, string]> = {
  connecting: ['pending', 'Connecting'],
  live: ['success', 'Live'],
  lost: ['warning', 'Not live: the service is away'],
  resting: ['stopped', 'Resting'],
};

const OUT: (typeof SAID)[LinkState] = ['warning', 'Not live: you are signed out'];
const SLOW: (typeof SAID)[LinkState] = ['warning', 'The service answers slowly'];

/** Whether what is shown is what is, for all to see. */
export function LinkIndicator() {
  const { live } = useService();
  const state = useLinkState();
  const slow = useIsSlow();
  const page = useLoginPage();
  const out = useStanding().kind === 'out' && state !== 'live';
  const [type, text] = out ? OUT : slow && state === 'live' ? SLOW : SAID[state];
  return (
    <div className="link-state" role="status" data-state={state}>
      <StatusIndicator type={type}>{text}</StatusIndicator>
      {out && typeof page === 'string' && (
        <Link href={`${page}?next=%2F`} target="_blank">
          Sign in
        </Link>
      )}
      {state === 'lost' && !out && (
        <Button variant="inline-link" onClick={() => live.tryNow()}>
          Try now
        </Button>
      )}
    </div>
  );
}
