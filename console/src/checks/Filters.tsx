import Button from '@cloudscape-design/components/button';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';

import { lookOf } from '../parts/Status';
import type { Order, Wanted } from './listing';
import { kindOf } from './words';

export const ORDER_WORDS: Record<Order, string> = {
  stage: 'By stage and wave',
  name: 'By name',
  failing: 'Those that fail most first',
  slowest: 'The slowest first',
  flakiest: 'The flakiest first',
};

const STATES = ['FAILED', 'ERRORED', 'TIMED_OUT', 'INCONCLUSIVE', 'RUNNING', 'PASSED'];

interface ChoiceProps {
  label: string;
  all: string;
  value: string | undefined;
  options: readonly [value: string, label: string][];
  onChange: (value: string | undefined) => void;
}

function Choice({ label, all, value, options, onChange }: ChoiceProps) {
  const shown = [{ value: '', label: all }, ...options.map(([each, text]) => ({ value: each, label: text }))];
  const selected = shown.find((option) => option.value === (value ?? '')) ?? { value: value!, label: value! };
  return (
    <div className="check-filter">
      <Select
        inlineLabelText={label}
        options={shown}
        selectedOption={selected}
        expandToViewport
        onChange={({ detail }) => onChange(detail.selectedOption.value || undefined)}
      />
    </div>
  );
}

interface Props {
  wanted: Wanted;
  services: readonly string[];
  stages: readonly string[];
  kinds: readonly string[];
  found: string;
  onChange: (changes: Record<string, string | undefined>) => void;
}

const same = (value: string): [string, string] => [value, value];

/** What is to be seen, and in which order. All of it is in the address. */
export function Filters({ wanted, services, stages, kinds, found, onChange }: Props) {
  const { service, stage, mode, kind, state, order, search } = wanted;
  const isFiltered = Boolean(service ?? stage ?? mode ?? kind ?? state) || search !== '';
  return (
    <SpaceBetween size="xs">
      <TextFilter
        filteringText={search}
        filteringPlaceholder="Find a check by its name"
        filteringAriaLabel="Find a check by its name"
        countText={found}
        onChange={({ detail }) => onChange({ search: detail.filteringText })}
      />
      <SpaceBetween direction="horizontal" size="xs">
        <Choice
          label="Service"
          all="All"
          value={service}
          options={services.map(same)}
          onChange={(value) => onChange({ service: value })}
        />
        <Choice
          label="Stage"
          all="All"
          value={stage}
          options={stages.map(same)}
          onChange={(value) => onChange({ stage: value })}
        />
        <Choice
          label="Mode"
          all="Both"
          value={mode}
          options={[
            ['BLOCKING', 'Blocking'],
            ['SHADOW', 'Shadow'],
          ]}
          onChange={(value) => onChange({ mode: value })}
        />
        <Choice
          label="Kind"
          all="All"
          value={kind}
          options={kinds.map((each) => [each, kindOf(each)])}
          onChange={(value) => onChange({ kind: value })}
        />
        <Choice
          label="Latest"
          all="Any"
          value={state}
          options={STATES.map((each) => [each, lookOf(each)[1]])}
          onChange={(value) => onChange({ state: value })}
        />
        <Choice
          label="Order"
          all={ORDER_WORDS.stage}
          value={order === 'stage' ? undefined : order}
          options={(Object.keys(ORDER_WORDS) as Order[])
            .filter((each) => each !== 'stage')
            .map((each) => [each, ORDER_WORDS[each]])}
          onChange={(value) => onChange({ order: value })}
        />
        {isFiltered && (
          <Button
            onClick={() =>
              onChange({
                search: undefined,
                service: undefined,
                stage: undefined,
                mode: undefined,
                kind: undefined,
                state: undefined,
              })
            }
          >
            Show all
          </Button>
        )}
      </SpaceBetween>
    </SpaceBetween>
  );
}
