import Button, { type ButtonProps } from '@cloudscape-design/components/button';

import { type Permission, useMay, useMaySomewhere, whyNot } from '../app/viewer';

/** A button for who may press it, for what is shown around; for others it is disabled and says why. */
export function ActionButton({ permission, ...button }: ButtonProps & { permission: Permission }) {
  const may = useMay(permission);
  const somewhere = useMaySomewhere(permission);
  if (may) return <Button {...button} />;
  return <Button {...button} disabled disabledReason={whyNot(may, somewhere)} />;
}
