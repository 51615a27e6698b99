import Button from '@cloudscape-design/components/button';
import { useLocation, useNavigate } from 'react-router';

import { Empty } from '../parts/Empty';

/** For an address that no view has. */
export function NotFound() {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (
    <Empty
      title="There is no such page"
      action={<Button onClick={() => void navigate('/')}>Go to the fleet</Button>}
    >
      Nothing is at {pathname}. Search by Ctrl+K, or choose a view on the left.
    </Empty>
  );
}
