import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';

import { usePhone } from '../pipeline/usePhone';
import { useOpening } from './opening';
import { useSignOut } from './useSignOut';

/** Who has signed in in this browser, and the way out. Nothing where nobody signs in. */
export function Who() {
  const viewer = useOpening()?.viewer;
  const phone = usePhone();
  const { signOut, busy, trouble } = useSignOut();
  if (viewer?.session == null) return null;
  const items: ButtonDropdownProps.Items = [
    {
      text: viewer.actor,
      items: [
        { id: 'here', text: 'Sign out' },
        { id: 'everywhere', text: 'Sign out everywhere', secondaryText: 'In all your browsers' },
      ],
    },
  ];
  return (
    <>
      {trouble}
      <ButtonDropdown
        ariaLabel={`Signed in as ${viewer.actor}`}
        loading={busy}
        items={items}
        onItemClick={({ detail }) => void signOut(detail.id === 'everywhere')}
      >
        {phone ? viewer.actor.charAt(0).toUpperCase() : viewer.actor}
      </ButtonDropdown>
    </>
  );
}
