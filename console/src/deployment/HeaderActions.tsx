import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { ActionButton } from '../parts/ActionButton';
import { addresses } from './addresses';
import type { Neighbour } from './beside';
import { DeclareDialog } from './incidents/DeclareDialog';
import type { DeploymentDetails } from './timeline';
import { useBeside } from './useBeside';

function Step({
  to,
  text,
  icon,
}: {
  to: Neighbour | undefined;
  text: string;
  icon: 'angle-left' | 'angle-right';
}) {
  const navigate = useNavigate();
  const what = to ? `${text} deployment here: ${to.revision?.slice(0, 8) ?? ''}, ${to.status}` : '';
  return (
    <Button
      iconName={icon}
      iconAlign={icon === 'angle-left' ? 'left' : 'right'}
      disabled={to === undefined}
      {...(to && { href: addresses.deployment(to.id), ariaLabel: what })}
      onFollow={(event) => {
        event.preventDefault();
        if (to) void navigate(addresses.deployment(to.id));
      }}
    >
      {text}
    </Button>
  );
}

/** The deployments beside it in time, and what can be done about it. */
export function HeaderActions({
  deployment,
  onChanged,
}: {
  deployment: DeploymentDetails;
  onChanged: () => void;
}) {
  const { service, environment, id } = deployment;
  const { previous, next } = useBeside(service.name, environment.name, id);
  const [declaring, setDeclaring] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Step to={previous} text="Previous" icon="angle-left" />
      <Step to={next} text="Next" icon="angle-right" />
      <ActionButton permission="DECLARE_INCIDENT" onClick={() => setDeclaring(true)}>
        Declare an incident
      </ActionButton>
      {declaring && (
        <DeclareDialog deployment={deployment} onDismiss={() => setDeclaring(false)} onDone={onChanged} />
      )}
    </SpaceBetween>
  );
}
