import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useBlocker } from 'react-router';

import { useAskedBeforeUnload } from './useDraft';

/** Asks before a view with something unsaved is left. What was typed is kept either way, unless it is discarded. */
export function Leaving({ unsaved, onDiscard }: { unsaved: boolean; onDiscard: () => void }) {
  useAskedBeforeUnload(unsaved);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname,
  );
  if (blocker.state !== 'blocked') return null;
  const discard = (): void => {
    onDiscard();
    blocker.proceed();
  };
  return (
    <Modal
      visible
      header="Leave without saving?"
      closeAriaLabel="Stay"
      onDismiss={() => blocker.reset()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => blocker.reset()}>
              Stay
            </Button>
            <Button onClick={discard}>Discard and leave</Button>
            <Button variant="primary" onClick={() => blocker.proceed()}>
              Keep and leave
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      What you typed is not saved. Kept, it is here again when you come back in this tab.
    </Modal>
  );
}
