import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { useNow } from '../../graph/service';
import { useAction } from '../../graph/useAction';
import { ago } from '../../parts/time';
import { RollBackStageDocument } from './acting.generated';
import { ActingDialog } from './ExecutionDialogs';
import type { DialogProps } from './opened';
import { type Effect, useEffectOf } from './useEffectOf';

type Target = Effect['targets'][number];

function optionOf({ executionId, revision, message, possible, sentence, passedAt }: Target, now: number) {
  return {
    value: executionId,
    label: revision?.slice(0, 8) ?? executionId.slice(0, 8),
    labelTag: passedAt === null ? '' : ago(Date.parse(passedAt), now),
    description: [message?.split('\n', 1)[0], sentence].filter(Boolean).join(' – '),
    disabled: !possible,
  };
}

/** The target that was chosen, else the latest that is possible. */
export function targetOf(targets: readonly Target[], chosen: string | null): Target | null {
  return (
    targets.find(({ executionId }) => executionId === chosen) ??
    targets.find(({ possible }) => possible) ??
    null
  );
}

interface Props extends DialogProps {
  executionId: string;
  stage: string;
}

/** Rolls a stage back to a revision that has passed it. */
export function RollBackDialog({ executionId, stage, ...then }: Props) {
  const now = useNow(30_000);
  const [chosen, setChosen] = useState<string | null>(null);
  const effect = useEffectOf({ rollBack: { executionId, stage, targetExecutionId: chosen } }, executionId);
  const action = useAction(RollBackStageDocument);
  const targets = effect.effect?.targets ?? [];
  const target = targetOf(targets, chosen);
  return (
    <ActingDialog
      title={`Roll ${stage} back`}
      confirm="Roll back"
      effect={{ ...effect, possible: effect.possible && target !== null }}
      action={action}
      act={(reason) =>
        action.run({ input: { executionId, stage, targetExecutionId: target!.executionId, reason } })
      }
      done={`CodePipeline is asked to return ${stage} to ${target?.revision?.slice(0, 8) ?? 'the earlier revision'}.`}
      {...then}
    >
      <FormField label="To" description="Revisions that have passed the stage, the latest first.">
        <Select
          options={targets.map((each) => optionOf(each, now))}
          selectedOption={target && optionOf(target, now)}
          placeholder={effect.sentences === null ? 'Being asked for' : 'None'}
          expandToViewport
          disabled={targets.length === 0}
          onChange={({ detail }) => setChosen(detail.selectedOption.value ?? null)}
        />
      </FormField>
    </ActingDialog>
  );
}
