import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate } from 'react-router';

import type { Problem } from '../graph/problem';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';

/** For a deployment that there is none of, and for one that cannot be shown now. */
export function Gone({
  id,
  problem,
  onRetry,
}: {
  id: string;
  problem: Problem | undefined;
  onRetry: () => void;
}) {
  const navigate = useNavigate();
  if (problem !== undefined && problem.kind !== 'failed') {
    return <Trouble problem={problem} onRetry={onRetry} />;
  }
  return (
    <Empty
      title="There is no such deployment"
      action={
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Button onClick={() => void navigate('/')}>Go to the fleet</Button>
          <Button onClick={() => void navigate('/commits')}>Search for a commit</Button>
        </SpaceBetween>
      }
    >
      Nothing has the id {id}. {problem?.sentence} A deployment is opened from the fleet, from its
      environment, or by its commit.
    </Empty>
  );
}
