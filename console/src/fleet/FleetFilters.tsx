import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';
import { useEffect, useState } from 'react';

import { lookOf } from '../parts/Status';
import type { Choices } from './columns';
import { type Filters, GROUPINGS, STATUSES } from './filters';
import type { SetFilters } from './useFilters';

interface Option {
  value: string;
  label: string;
  description?: string;
}

interface ChoiceProps {
  name: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChoose: (values: string[]) => void;
}

/** What is chosen in an address and is not there any more is shown still, so that it can be taken off. */
function withUnknown(options: readonly Option[], chosen: readonly string[]): Option[] {
  const known = new Set(options.map(({ value }) => value));
  return [
    ...options,
    ...chosen.filter((value) => !known.has(value)).map((value) => ({ value, label: value })),
  ];
}

function Choice({ name, options, chosen, onChoose }: ChoiceProps) {
  const all = withUnknown(options, chosen);
  return (
    <Multiselect
      ariaLabel={name}
      placeholder={name}
      inlineTokens
      filteringType={all.length > 8 ? 'auto' : 'none'}
      filteringAriaLabel={`Find in: ${name}`}
      empty="There is none yet"
      options={all}
      selectedOptions={all.filter(({ value }) => chosen.includes(value))}
      onChange={({ detail }) => onChoose(detail.selectedOptions.map(({ value }) => value!))}
    />
  );
}

const AFTER_TYPING = 200;

/** What is typed shows at once; the address follows when somebody pauses, and what the address says shows here. */
function Text({ value, onType }: { value: string; onType: (text: string) => void }) {
  const [typed, setTyped] = useState({ text: value, of: value });
  const text = typed.of === value ? typed.text : value;
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onType(text), AFTER_TYPING);
    return () => clearTimeout(timer);
  }, [text, value, onType]);
  return (
    <Input
      type="search"
      ariaLabel="Find a service"
      placeholder="Service, repository, commit or tag"
      clearAriaLabel="Clear"
      value={text}
      onChange={({ detail }) => setTyped({ text: detail.value, of: value })}
    />
  );
}

const asOption = (value: string): Option => ({ value, label: value });
const OF_STATUS = STATUSES.map((status) => ({ value: status, label: lookOf(status)[1] }));
const OF_GROUPING = GROUPINGS.map((value) => ({
  value,
  label: value === 'none' ? 'Not grouped' : `By ${value}`,
}));

interface Props {
  filters: Filters;
  setFilters: SetFilters;
  teams: readonly string[];
  choices: Choices;
}

/** What may be chosen to be seen. */
export function FleetFilters({ filters, setFilters, teams, choices }: Props) {
  const accounts = choices.accounts.map(({ awsId, name }) => ({
    value: awsId,
    label: name,
    description: awsId,
  }));
  const type = (text: string): void => setFilters({ text });
  const choice = (
    name: string,
    key: 'team' | 'stage' | 'account' | 'region' | 'status',
    options: Option[],
  ) => (
    <Choice
      name={name}
      options={options}
      chosen={filters[key]}
      onChoose={(values) => setFilters({ [key]: values })}
    />
  );
  return (
    <div className="fleet-filters" role="search" aria-label="What is shown">
      <Text value={filters.text} onType={type} />
      {choice('Team', 'team', teams.map(asOption))}
      {choice('Stage', 'stage', choices.stages.map(asOption))}
      {choice('Account', 'account', accounts)}
      {choice('Region', 'region', choices.regions.map(asOption))}
      {choice('Status', 'status', OF_STATUS)}
      <Select
        ariaLabel="Group the services"
        options={OF_GROUPING}
        selectedOption={OF_GROUPING.find(({ value }) => value === filters.group)!}
        onChange={({ detail }) =>
          setFilters({ group: GROUPINGS.find((each) => each === detail.selectedOption.value) ?? 'team' })
        }
      />
    </div>
  );
}
