import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

import type { Problem } from '../graph/problem';
import type { Refusal } from '../graph/useAction';

/** Why there is no answer, and the way on. Nothing when there is no problem. */
export function Trouble({ problem, onRetry }: { problem: Problem | undefined; onRetry?: () => void }) {
  if (problem === undefined) return null;
  const reload = problem.kind === 'mismatch';
  return (
    <Alert
      type={problem.kind === 'unreachable' ? 'warning' : 'error'}
      header={problem.sentence}
      action={
        reload ? (
          <Button onClick={() => window.location.reload()}>Load the page again</Button>
        ) : (
          onRetry && <Button onClick={onRetry}>Try again</Button>
        )
      }
    >
      {problem.remedy}
      {problem.detail !== undefined && (
        <Box variant="small" display="block" margin={{ top: 'xxs' }}>
          {problem.detail}
        </Box>
      )}
    </Alert>
  );
}

/** What the service refused, each with what to do about it. */
export function Refusals({ refusals }: { refusals: readonly Refusal[] }) {
  if (refusals.length === 0) return null;
  return (
    <Alert
      type="error"
      header={refusals.length === 1 ? 'This was refused' : `${refusals.length} things were refused`}
    >
      <ul className="refusals">
        {refusals.map(({ code, message, path, remedy }) => (
          <li key={`${path.join('.')}/${code}/${message}`}>
            {message} {remedy}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
