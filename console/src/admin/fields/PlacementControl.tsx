import Box from '@cloudscape-design/components/box';
import { useEffect, useState } from 'react';

import { useLive } from '../../graph/useLive';
import { Trouble } from '../../parts/Trouble';
import { WherePlacementReachesDocument } from '../preview.generated';
import { ofConfiguration } from '../useConfiguration';
import { type ControlProps, textsOf } from './control';
import { LinesControl } from './Simple';

const PAUSE = 400;

/** A text once it has rested for a while, so that not every key asks the service. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

/** The terms of a selector, with the environments that they reach while they are typed. */
export function PlacementControl(props: ControlProps) {
  const rested = useRested(textsOf(props.typed).join('\n'));
  const placement = rested
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const { data, problem } = useLive(
    WherePlacementReachesDocument,
    { placement },
    { touches: ofConfiguration },
  );
  const found = data?.previewPlacement;
  return (
    <div>
      <LinesControl {...props} />
      <div className="reach" aria-live="polite">
        {found && (
          <>
            <Box variant="awsui-key-label">
              {found.environments.length === 0
                ? 'It reaches no environment.'
                : `It reaches ${found.environments.length} environments`}
            </Box>
            <ul className="names">
              {found.environments.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
            {found.unmatched.length > 0 && (
              <Box color="text-status-warning">Nothing matches: {found.unmatched.join(', ')}</Box>
            )}
          </>
        )}
        {problem?.kind === 'failed' ? (
          <Box color="text-status-error">{problem.sentence}</Box>
        ) : (
          <Trouble problem={problem} />
        )}
      </div>
    </div>
  );
}
