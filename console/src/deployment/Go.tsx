import CloudscapeLink from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';

/** A link within the console, as the design looks. */
export function Go({ to, children, ariaLabel }: { to: string; children: ReactNode; ariaLabel?: string }) {
  const navigate = useNavigate();
  return (
    <CloudscapeLink
      href={to}
      {...(ariaLabel === undefined ? {} : { ariaLabel })}
      onFollow={(event) => {
        event.preventDefault();
        void navigate(to);
      }}
    >
      {children}
    </CloudscapeLink>
  );
}
