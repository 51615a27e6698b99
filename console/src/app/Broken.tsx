import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';

/** In the place of a view that could not be shown: the service was updated under the page, or the view has a fault. */
export function Broken() {
  const error = useRouteError();
  return (
    <Alert
      type="error"
      header="This view could not be shown"
      action={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
    >
      The service may have been updated since this page was loaded. If it stays, give what is below to whoever
      looks after Interlock.
      <Box variant="small" display="block" margin={{ top: 'xxs' }}>
        {error instanceof Error ? error.message : String(error)}
      </Box>
    </Alert>
  );
}
