import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

import { Empty } from '../parts/Empty';

/** The two lines of a team's CDK app that make a pipeline. */
export function linesFor(repository: string): string {
  return `from pipelinekit import ServicePipeline\nServicePipeline(app, "${repository}", YourStage)`;
}

/** How a repository gets its pipeline. */
export function TwoLines({ repository }: { repository: string }) {
  const lines = linesFor(repository);
  return (
    <Empty
      title="There is no pipeline yet"
      action={
        <CopyToClipboard
          copyButtonText="Copy the two lines"
          textToCopy={lines}
          copySuccessText="Copied"
          copyErrorText="Not copied"
        />
      }
    >
      Two lines in the CDK app of {repository} make it:
      <div>
        {/* on a telephone it scrolls: whoever has no mouse scrolls it by its focus */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="two-lines" tabIndex={0} role="region" aria-label="The two lines">
          {lines}
        </pre>
      </div>
      Deploy the app once: it registers itself here, and from then on every commit goes its way.
    </Empty>
  );
}
