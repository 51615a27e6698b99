import Box from '@cloudscape-design/components/box';
import Input from '@cloudscape-design/components/input';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import Toggle from '@cloudscape-design/components/toggle';

import { allZones } from '../../parts/zones';
import { type ControlProps, textOf, textsOf } from './control';

const NONE: SelectProps.Option = { value: '', label: '–' };

/** One line of text, or a number. */
export function TextControl({ field, typed, onType, readOnly, invalid }: ControlProps) {
  const number = field.input.type === 'number';
  const hint = field.fallback === undefined && !field.required ? 'Left out: the default, or none' : '';
  return (
    <Input
      value={textOf(typed)}
      inputMode={number ? 'numeric' : 'text'}
      placeholder={hint}
      spellcheck={false}
      autoComplete={false}
      readOnly={readOnly}
      invalid={invalid}
      ariaRequired={field.required}
      onChange={({ detail }) => onType(detail.value)}
    />
  );
}

/** Several lines of text: prose, or JSON. */
export function ProseControl({ field, typed, onType, readOnly, invalid }: ControlProps) {
  const json = field.input.type === 'json';
  const list = field.input.type === 'json' && field.input.list;
  return (
    <div className={json ? 'code-field' : undefined}>
      <Textarea
        value={textOf(typed)}
        rows={json ? 8 : 3}
        spellcheck={!json}
        placeholder={list ? '[{ "key": "value" }]' : json ? '{ "key": "value" }' : ''}
        readOnly={readOnly}
        invalid={invalid}
        onChange={({ detail }) => onType(detail.value)}
      />
    </div>
  );
}

/** Yes or no. */
export function ToggleControl({ field, typed, onType, readOnly }: ControlProps) {
  return (
    <Toggle
      checked={typed === true}
      disabled={readOnly}
      ariaLabel={field.label}
      onChange={({ detail }) => onType(detail.checked)}
    >
      {typed === true ? 'Yes' : 'No'}
    </Toggle>
  );
}

/** A word of several, each with what it means. */
export function ChoiceControl({ field, typed, onType, readOnly, invalid }: ControlProps) {
  const choices = field.input.type === 'choice' ? field.input.choices : [];
  const options = choices.map(({ value, sentence }) => ({
    value,
    label: value,
    ...(sentence === undefined ? {} : { description: sentence }),
  }));
  const optional = !field.required && field.fallback === undefined;
  return (
    <Select
      options={optional ? [NONE, ...options] : options}
      selectedOption={options.find(({ value }) => value === typed) ?? null}
      placeholder="Choose one"
      triggerVariant="option"
      disabled={readOnly}
      invalid={invalid}
      onChange={({ detail }) => onType(detail.selectedOption.value ?? '')}
    />
  );
}

/** A time zone, searched by any part of its name. */
export function ZoneControl({ typed, onType, readOnly, invalid }: ControlProps) {
  const zone = textOf(typed);
  const zones = allZones();
  const options = (zones.includes(zone) || zone === '' ? zones : [zone, ...zones]).map((value) => ({
    value,
    label: value,
  }));
  return (
    <Select
      options={[NONE, ...options]}
      selectedOption={options.find(({ value }) => value === zone) ?? null}
      placeholder="None"
      filteringType="auto"
      filteringAriaLabel="Search time zones"
      virtualScroll
      disabled={readOnly}
      invalid={invalid}
      onChange={({ detail }) => onType(detail.selectedOption.value ?? '')}
    />
  );
}

/** Several texts, one a line. */
export function LinesControl({ typed, onType, readOnly, invalid }: ControlProps) {
  const lines = textsOf(typed);
  return (
    <div className="code-field">
      <Textarea
        value={lines.join('\n')}
        rows={Math.min(10, Math.max(3, lines.length + 1))}
        spellcheck={false}
        readOnly={readOnly}
        invalid={invalid}
        onChange={({ detail }) => onType(detail.value === '' ? [] : detail.value.split('\n'))}
      />
      <Box variant="small">One a line.</Box>
    </div>
  );
}
