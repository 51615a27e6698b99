import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';

import type { ControlProps } from './control';

type Pair = [string, string];

/** Keys and values, a line each. */
export function MapControl({ field, typed, onType, readOnly, invalid }: ControlProps) {
  const pairs = Array.isArray(typed) ? (typed as Pair[]) : [];
  const put = (index: number, pair: Pair): void =>
    onType(pairs.map((each, at) => (at === index ? pair : each)));
  return (
    <div className="pairs">
      {pairs.length === 0 && <Box color="text-body-secondary">None.</Box>}
      {pairs.map(([key, value], index) => (
        // a pair has nothing else to be told by while it is typed
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="pair">
          <Input
            value={key}
            ariaLabel={`${field.label}: key ${index + 1}`}
            placeholder="key"
            readOnly={readOnly}
            invalid={invalid}
            onChange={({ detail }) => put(index, [detail.value, value])}
          />
          <Input
            value={value}
            ariaLabel={`${field.label}: value of ${key === '' ? `key ${index + 1}` : key}`}
            placeholder="value"
            readOnly={readOnly}
            invalid={invalid}
            onChange={({ detail }) => put(index, [key, detail.value])}
          />
          <Button
            variant="icon"
            iconName="remove"
            ariaLabel={`Take out ${key === '' ? `key ${index + 1}` : key}`}
            disabled={readOnly}
            onClick={() => onType(pairs.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button iconName="add-plus" disabled={readOnly} onClick={() => onType([...pairs, ['', '']])}>
        Add a key
      </Button>
    </div>
  );
}
