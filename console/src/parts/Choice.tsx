import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';

export interface ChoiceOption {
  value: string;
  label?: string;
  description?: string;
}

interface Props {
  label: string;
  /** What the choice of nothing is called; without it something must be chosen. */
  any?: string;
  options: readonly ChoiceOption[];
  value: string | null | undefined;
  onChange: (value: string | undefined) => void;
  description?: string;
  errorText?: string | undefined;
}

/** A labelled choice of one of several, or of any. What is chosen and is no longer offered is shown all the same. */
export function Choice({ label, any, options, value, onChange, description, errorText }: Props) {
  const offered = [
    ...(any === undefined ? [] : [{ value: '', label: any }]),
    ...options.map((each) => ({ ...each, label: each.label ?? each.value })),
  ];
  const wanted = value ?? '';
  const chosen = offered.find((each) => each.value === wanted);
  const unknown = wanted === '' ? null : { value: wanted, label: wanted };
  return (
    <FormField
      label={label}
      {...(description === undefined ? {} : { description })}
      {...(errorText === undefined ? {} : { errorText })}
    >
      <Select
        selectedOption={chosen ?? unknown}
        options={offered}
        filteringType={offered.length > 8 ? 'auto' : 'none'}
        placeholder="Choose"
        onChange={({ detail }) => onChange(detail.selectedOption.value || undefined)}
      />
    </FormField>
  );
}
