import Box from '@cloudscape-design/components/box';

import { targetOf } from './actions/RollBackDialog';
import { useEffectOf } from './actions/useEffectOf';
import { Section } from './Section';

const ON_FAILURE: Record<string, string> = {
  ROLLBACK: 'Fails it, the stage is returned to its last good revision at once, before a person has looked.',
  RETRY: 'Fails it, what failed is tried once more.',
  NONE: 'Fails it, the stage is left as it is, for a person.',
};

interface Props {
  executionId: string;
  /** CodePipeline's name of the stage. */
  stage: string;
  onFailure: string | null;
}

/** What becomes of a stage that fails, and by which means it would be returned to which revision. */
export function RollbackSection({ executionId, stage, onFailure }: Props) {
  const { effect, sentences } = useEffectOf({ rollBack: { executionId, stage } }, executionId);
  const target = targetOf(effect?.targets ?? [], null);
  return (
    <Section title="Rollback">
      <Box>
        {onFailure !== null && <div>{ON_FAILURE[onFailure] ?? onFailure}</div>}
        {target !== null && (
          <div>
            To {target.revision?.slice(0, 8) ?? target.executionId}: {target.sentence}
          </div>
        )}
        {target === null && <div>{sentences?.join(' ') ?? 'Being asked for.'}</div>}
      </Box>
    </Section>
  );
}
