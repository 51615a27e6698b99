import Select, { type SelectProps } from '@cloudscape-design/components/select';

import { useNow } from '../graph/service';
import { lookOf } from '../parts/Status';
import { ago } from '../parts/time';
import type { Passing } from './course';

interface Props {
  runs: readonly Passing[];
  executionId: string | null;
  onSelect: (executionId: string) => void;
}

function optionOf(run: Passing, now: number): SelectProps.Option {
  const { executionId, revision, kind, status, commitMessage, startedAt } = run;
  const rollback = kind === 'ROLLBACK' ? 'Rollback to ' : '';
  return {
    value: executionId,
    label: `${rollback}${revision?.slice(0, 8) ?? 'unknown revision'}`,
    labelTag: startedAt === null ? '' : ago(Date.parse(startedAt), now),
    tags: [lookOf(status)[1]],
    ...(commitMessage ? { description: firstLine(commitMessage) } : {}),
    filteringTags: [executionId, revision ?? '', commitMessage ?? ''],
  };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** Chooses one of the recent executions. */
export function ExecutionSelect({ runs, executionId, onSelect }: Props) {
  const now = useNow(30_000);
  const options = runs.map((run) => optionOf(run, now));
  const chosen = options.find(({ value }) => value === executionId);
  const named = executionId === null ? null : { value: executionId, label: executionId.slice(0, 8) };
  return (
    <Select
      ariaLabel="Execution"
      inlineLabelText="Execution"
      placeholder="None yet"
      filteringType="auto"
      expandToViewport
      options={options}
      selectedOption={chosen ?? named}
      disabled={options.length === 0}
      onChange={({ detail }) => detail.selectedOption.value && onSelect(detail.selectedOption.value)}
    />
  );
}
