import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import LiveRegion from '@cloudscape-design/components/live-region';

import { absolute } from '../parts/time';

interface Props {
  restoredFrom: number | undefined;
  unkept: boolean;
  unsaved: boolean;
  onDiscard: () => void;
}

/** Says that something was typed and is not saved; seen and heard, and it can be discarded. */
export function DraftNotice({ restoredFrom, unkept, unsaved, onDiscard }: Props) {
  if (unkept) {
    return (
      <Alert type="warning" header="This tab has no room for what you typed">
        Save before you load the page again, or it is lost.
      </Alert>
    );
  }
  if (!unsaved || restoredFrom === undefined) return null;
  return (
    <LiveRegion>
      <Alert
        type="info"
        header="What you typed before is here again"
        action={<Button onClick={onDiscard}>Discard it</Button>}
      >
        It is from {absolute(restoredFrom)}, and is not saved.
      </Alert>
    </LiveRegion>
  );
}
