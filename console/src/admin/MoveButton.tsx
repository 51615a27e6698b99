import Button, { type ButtonProps } from '@cloudscape-design/components/button';

import { whyNot } from '../app/viewer';

interface Props {
  /** What is moved, and where to: `prod-2 down`. */
  what: string;
  icon: ButtonProps['iconName'] & string;
  may: boolean;
  /** There is nothing on that side. */
  end: boolean;
  onMove: () => void;
}

/** Moves something by one place. At the end it keeps the focus, and says why it does nothing there. */
export function MoveButton({ what, icon, may, end, onMove }: Props) {
  return (
    <Button
      variant="inline-icon"
      iconName={icon}
      ariaLabel={`Move ${what}`}
      disabled={!may || end}
      disabledReason={may ? 'There is nothing on that side.' : whyNot(may)}
      onClick={onMove}
    />
  );
}
