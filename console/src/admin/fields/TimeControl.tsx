import Box from '@cloudscape-design/components/box';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useMemo, useState } from 'react';

import { useNow } from '../../graph/service';
import { absolute, ago } from '../../parts/time';
import { allZones, isoOf, localText, ownZone } from '../../parts/zones';
import { type ControlProps, textOf } from './control';

function shownIn(typed: string, zone: string): string {
  return typed === '' ? '' : localText(typed, zone);
}

/** A time, typed by the clocks of a zone that is chosen beside it; said again in UTC, here, and from now. */
export function TimeControl({ field, typed, onType, readOnly, invalid }: ControlProps) {
  const now = useNow(30_000);
  const [zone, setZone] = useState(ownZone);
  const [text, setText] = useState<string>();
  const zones = useMemo(() => allZones().map((value) => ({ value, label: value })), []);
  const value = textOf(typed);
  const at = Date.parse(value);
  // what is being typed stays as it is typed; what came from elsewhere is shown by the zone's clocks
  const shown = text !== undefined && (isoOf(text, zone) ?? text) === value ? text : shownIn(value, zone);
  const type = (next: string): void => {
    setText(next);
    onType(next.trim() === '' ? '' : (isoOf(next, zone) ?? next));
  };
  const change = (next: string): void => {
    setText(undefined);
    setZone(next);
    if (text !== undefined) onType(isoOf(shown, next) ?? value);
  };
  const places = [...new Set([zone, 'UTC', ownZone()])];
  return (
    <div className="zoned-time">
      <Input
        value={shown}
        placeholder="YYYY-MM-DD hh:mm"
        inputMode="numeric"
        autoComplete={false}
        readOnly={readOnly}
        invalid={invalid}
        onChange={({ detail }) => type(detail.value)}
      />
      <Select
        options={zones}
        selectedOption={{ value: zone, label: zone }}
        filteringType="auto"
        filteringAriaLabel="Search time zones"
        ariaLabel={`${field.label}: time zone`}
        virtualScroll
        onChange={({ detail }) => change(detail.selectedOption.value ?? 'UTC')}
      />
      <Box variant="small" display="block">
        {Number.isNaN(at)
          ? 'As 2027-01-31 12:00, by the clocks of the zone beside it.'
          : `${ago(at, now)}: ${places.map((place) => absolute(at, place)).join(' = ')}`}
      </Box>
    </div>
  );
}
