import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Link from '@cloudscape-design/components/link';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { Equivalent } from './page';

function Copyable({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      <div className="copyable">
        <pre>{text}</pre>
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel={`Copy: ${title}`}
          copySuccessText="Copied"
          copyErrorText="Not copied"
        />
      </div>
    </div>
  );
}

function graphiql({ document, variables }: Equivalent): string {
  const query = new URLSearchParams({ query: document });
  if (variables !== undefined) query.set('variables', JSON.stringify(variables, null, 2));
  return `/graphiql?${query.toString()}`;
}

/** The command and the query that show what the view shows. */
export function Elsewhere({ equivalent, onDismiss }: { equivalent: Equivalent; onDismiss: () => void }) {
  const { command, document, variables } = equivalent;
  return (
    <Modal visible size="large" header="The same elsewhere" closeAriaLabel="Close" onDismiss={onDismiss}>
      <SpaceBetween size="m">
        <Copyable title="In a terminal" text={command} />
        <Copyable title="In GraphQL" text={document} />
        {variables !== undefined && (
          <Copyable title="Its variables" text={JSON.stringify(variables, null, 2)} />
        )}
        <Link href={graphiql(equivalent)} external>
          Open it in GraphiQL
        </Link>
      </SpaceBetween>
    </Modal>
  );
}
