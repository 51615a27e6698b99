import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { Empty } from '../parts/Empty';
import { Go } from '../deployment/Go';

const YAML = `checks:
  - name: smoke
    kind: LAMBDA
    stage: prod
    mode: SHADOW
    timeoutMinutes: 15
    retries: 2
    configuration: {functionName: "{service}-{environment}-handler"}
`;

const COMMAND = 'interlock apply --dry-run organisation.yaml';

function Sample({ text, what }: { text: string; what: string }) {
  return (
    <div className="copyable">
      <Box textAlign="left" variant="pre">
        {text}
      </Box>
      <CopyToClipboard
        variant="icon"
        textToCopy={text}
        copyButtonAriaLabel={`Copy ${what}`}
        copySuccessText="Copied"
        copyErrorText="Not copied"
      />
    </div>
  );
}

/** How the first check comes to be. */
export function Teaching() {
  return (
    <Empty
      title="No stage or wave requires a check yet"
      action={<Go to="/admin/check">Register one in the console</Go>}
    >
      <SpaceBetween size="s">
        <p>
          A check is a test or guard before or after a wave is deployed. Begin with one in shadow: it runs and
          is recorded, and holds nobody back until it has earned trust. Add it to the organisation’s file:
        </p>
        <Sample text={YAML} what="the lines of YAML" />
        <p>See what that would change, then do it without --dry-run:</p>
        <Sample text={COMMAND} what="the command" />
      </SpaceBetween>
    </Empty>
  );
}
