import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';

import type { Values } from '../entities';
import { infoOf, type Kind } from '../kinds';
import { type ControlProps, textOf, textsOf } from './control';

/** What tells an entity from others of its kind, beside what it is called by. */
const BESIDE: Partial<Record<Kind, (entity: Values) => unknown>> = {
  account: ({ name }) => name,
  region: ({ description }) => description,
  wave: ({ stage }) => `stage ${String(stage)}`,
  environment: ({ wave, account, region }) => `${String(wave)}, ${String(region)}, ${String(account)}`,
  service: ({ repository }) => repository,
};

interface Option {
  value: string;
  label: string;
  description?: string;
}

function optionsOf(kind: Kind, entities: readonly Values[], chosen: readonly string[]): Option[] {
  const found = entities.map((entity): Option => {
    const value = String(entity[infoOf(kind).key]);
    const beside = BESIDE[kind]?.(entity);
    return { value, label: value, ...(beside ? { description: String(beside) } : {}) };
  });
  const gone = chosen.filter((value) => value !== '' && found.every((option) => option.value !== value));
  return [
    ...found,
    ...gone.map((value) => ({ value, label: value, description: 'There is none of this name' })),
  ];
}

/** Another entity, searched by its name and by what is beside it. */
export function ReferenceControl({ field, typed, onType, readOnly, invalid, entities }: ControlProps) {
  const kind = field.input.type === 'reference' ? field.input.kind : 'team';
  const { one, many } = infoOf(kind);
  const options = optionsOf(kind, entities[kind], [textOf(typed)]);
  return (
    <Select
      options={field.required ? options : [{ value: '', label: '–' }, ...options]}
      selectedOption={options.find(({ value }) => value === typed) ?? null}
      placeholder={field.required ? `Choose one` : 'None'}
      filteringType="auto"
      filteringPlaceholder={`Search ${many}`}
      filteringAriaLabel={`Search ${many}`}
      empty={`There is no ${one} yet.`}
      virtualScroll={options.length > 100}
      disabled={readOnly}
      invalid={invalid}
      onChange={({ detail }) => onType(detail.selectedOption.value ?? '')}
    />
  );
}

/** Several other entities. */
export function ReferencesControl({ field, typed, onType, readOnly, invalid, entities }: ControlProps) {
  const kind = field.input.type === 'references' ? field.input.kind : 'team';
  const { one, many } = infoOf(kind);
  const chosen = textsOf(typed);
  const options = optionsOf(kind, entities[kind], chosen);
  return (
    <Multiselect
      options={options}
      selectedOptions={options.filter(({ value }) => chosen.includes(value))}
      placeholder="None"
      filteringType="auto"
      filteringPlaceholder={`Search ${many}`}
      filteringAriaLabel={`Search ${many}`}
      deselectAriaLabel={(option) => `Take out ${option.label}`}
      empty={`There is no ${one} yet.`}
      virtualScroll={options.length > 100}
      disabled={readOnly}
      invalid={invalid}
      onChange={({ detail }) => onType(detail.selectedOptions.map(({ value }) => value ?? ''))}
    />
  );
}
