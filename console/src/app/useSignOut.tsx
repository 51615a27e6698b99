import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';

import { login } from '../graph/client';

export interface SignOut {
  signOut: (everywhere: boolean) => Promise<void>;
  busy: boolean;
  /** That it was not done, to be shown beside the button. */
  trouble: ReactNode;
}

/** Ends the session, and goes where the single sign-on ends its own. */
export function useSignOut(): SignOut {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const signOut = async (everywhere: boolean): Promise<void> => {
    setBusy(true);
    setFailed(false);
    try {
      window.location.assign(await login.signOut(everywhere));
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const trouble = failed ? (
    <StatusIndicator type="error">You are still signed in: the service does not answer.</StatusIndicator>
  ) : null;
  return { signOut, busy, trouble };
}
