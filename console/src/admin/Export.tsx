import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';

import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import { ExportedConfigurationDocument } from './document.generated';
import { lasting, yamlOf } from './source';
import { ofConfiguration } from './useConfiguration';

function download(text: string, change: number): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `organisation-${change}.yaml`;
  link.click();
  URL.revokeObjectURL(address);
}

/** The configuration of now, or after some change, as YAML: to be read, copied, or kept as a file. */
export function Export() {
  const [search, setSearch] = useSearchParams();
  const [everything, setEverything] = useState(false);
  const typed = search.get('at') ?? '';
  const number = /^\d{1,9}$/.test(typed) ? Number(typed) : undefined;
  const wrong = typed !== '' && number === undefined;
  const asOf = number === undefined ? null : { change: number };
  const { data, problem, refresh } = useLive(
    ExportedConfigurationDocument,
    { asOf },
    { touches: (event) => asOf === null && ofConfiguration(event), pause: wrong },
  );
  const found = data?.configuration;
  const text = useMemo(() => {
    if (!found) return '';
    const document = found.document as Record<string, unknown>;
    return yamlOf(everything ? document : lasting(document), found.change, found.time);
  }, [found, everything]);
  const put = (at: string): void => {
    const next = new URLSearchParams(search);
    if (at === '') next.delete('at');
    else next.set('at', at);
    setSearch(next, { replace: true });
  };
  return (
    <SpaceBetween size="m">
      <div className="filters">
        <FormField
          label="As of change"
          description="Empty for now."
          errorText={wrong ? `'${typed}' is no change's number.` : undefined}
        >
          <Input
            value={typed}
            inputMode="numeric"
            placeholder="Now"
            onChange={({ detail }) => put(detail.value)}
          />
        </FormField>
        <Checkbox checked={everything} onChange={({ detail }) => setEverything(detail.checked)}>
          Also freezes, holds and test environments, which end by themselves
        </Checkbox>
      </div>
      {problem?.kind === 'failed' ? (
        <Box color="text-status-error">{problem.sentence}</Box>
      ) : (
        <Trouble problem={problem} onRetry={refresh} />
      )}
      {found && (
        <>
          <SpaceBetween direction="horizontal" size="xs">
            <CopyToClipboard
              textToCopy={text}
              copyButtonText="Copy"
              copySuccessText="Copied"
              copyErrorText="Not copied"
            />
            <Button iconName="download" onClick={() => download(text, found.change)}>
              Download
            </Button>
          </SpaceBetween>
          {/* it scrolls: whoever has no mouse scrolls it by its focus */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className="as-file" tabIndex={0} aria-label="The configuration as YAML" role="region">
            {text}
          </pre>
        </>
      )}
      {!found && !problem && !wrong && <Spinner size="large" />}
    </SpaceBetween>
  );
}
