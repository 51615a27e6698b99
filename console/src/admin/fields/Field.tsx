import FormFieldBox from '@cloudscape-design/components/form-field';
import type { ComponentType } from 'react';

import type { Input } from '../form';
import type { ControlProps } from './control';
import { CronControl } from './CronControl';
import { MapControl } from './MapControl';
import { PlacementControl } from './PlacementControl';
import { ReferenceControl, ReferencesControl } from './Reference';
import { ChoiceControl, LinesControl, ProseControl, TextControl, ToggleControl, ZoneControl } from './Simple';
import { TimeControl } from './TimeControl';

const CONTROLS: Record<Input['type'], ComponentType<ControlProps>> = {
  text: TextControl,
  number: TextControl,
  boolean: ToggleControl,
  choice: ChoiceControl,
  reference: ReferenceControl,
  references: ReferencesControl,
  texts: LinesControl,
  globs: LinesControl,
  placement: PlacementControl,
  map: MapControl,
  json: ProseControl,
  prose: ProseControl,
  time: TimeControl,
  zone: ZoneControl,
  cron: CronControl,
};

interface Props extends Omit<ControlProps, 'invalid'> {
  /** What is wrong with what was typed. */
  error: string | undefined;
}

/** One field of a form: what it is called, what it is for, how it is filled in, and what is wrong with it. */
export function Field({ error, ...control }: Props) {
  const { field } = control;
  const Control = CONTROLS[field.input.type];
  return (
    <div data-field={field.path}>
      <FormFieldBox
        label={
          <>
            {field.label}
            {!field.required && <i> – optional</i>}
          </>
        }
        description={field.description}
        errorText={error}
        stretch={['placement', 'cron', 'json', 'prose', 'time'].includes(field.input.type)}
      >
        <Control {...control} invalid={error !== undefined} />
      </FormFieldBox>
    </div>
  );
}
