import Link, { type LinkProps } from '@cloudscape-design/components/link';
import { useNavigate } from 'react-router';

/** A link to a view of this page: it opens without a reload, and is copied and opened elsewhere as any link is. */
export function RouteLink({ to, ...link }: Omit<LinkProps, 'href' | 'onFollow'> & { to: string }) {
  const navigate = useNavigate();
  return (
    <Link
      {...link}
      href={to}
      onFollow={(event) => {
        event.preventDefault();
        void navigate(to);
      }}
    />
  );
}
