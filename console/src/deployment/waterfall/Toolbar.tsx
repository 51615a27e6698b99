import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { View } from './useView';

interface Props {
  view: View;
  onOpenAll: (open: boolean) => void;
  /** Fits the chosen row; nothing while there is none. */
  onFit: (() => void) | undefined;
}

/** What the keys and the wheel do, for fingers and for those who do not know the keys. */
export function Toolbar({ view, onOpenAll, onFit }: Props) {
  return (
    <Box padding={{ bottom: 'xs' }}>
      <SpaceBetween direction="horizontal" size="xs">
        <Button iconName="zoom-in" variant="icon" ariaLabel="Zoom in" onClick={() => view.zoomBy(0.5)} />
        <Button
          iconName="zoom-out"
          variant="icon"
          ariaLabel="Zoom out"
          disabled={!view.isPart}
          onClick={() => view.zoomBy(2)}
        />
        <Button
          iconName="angle-left"
          variant="icon"
          ariaLabel="Earlier"
          disabled={!view.isPart}
          onClick={() => view.panBy(-0.5)}
        />
        <Button
          iconName="angle-right"
          variant="icon"
          ariaLabel="Later"
          disabled={!view.isPart}
          onClick={() => view.panBy(0.5)}
        />
        <Button disabled={!view.isPart} onClick={view.showAll}>
          All of it
        </Button>
        <Button disabled={onFit === undefined} onClick={() => onFit?.()}>
          Fit the row
        </Button>
        <Button onClick={() => onOpenAll(true)}>Open all</Button>
        <Button onClick={() => onOpenAll(false)}>Close all</Button>
      </SpaceBetween>
    </Box>
  );
}
