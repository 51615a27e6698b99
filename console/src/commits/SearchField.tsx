import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { type ClipboardEvent, type FormEvent, useState } from 'react';

import { understand } from './search';

interface Props {
  search: string;
  onSearch: (search: string) => void;
}

const ALLOWED = 'A commit (4 digits or more), a tag, #123, or the address of one of these on GitHub';

/** The one field. What is pasted into it while it is empty is looked for at once. */
export function SearchField({ search, onSearch }: Props) {
  const [typed, setTyped] = useState(search);
  const understood = understand(typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (understood.kind !== 'wrong') onSearch(typed.trim());
  };
  const paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text').trim();
    if (typed !== '' || ['nothing', 'wrong'].includes(understand(text).kind)) return;
    event.preventDefault();
    onSearch(text);
  };
  return (
    <form role="search" aria-label="Find a commit" onSubmit={submit} onPaste={paste}>
      <FormField
        label="What to look for"
        constraintText={ALLOWED}
        errorText={understood.kind === 'wrong' && understood.why}
        stretch
      >
        <div className="commits-field">
          <Input
            type="search"
            placeholder="2a736a78"
            clearAriaLabel="Clear"
            value={typed}
            onChange={({ detail }) => {
              setTyped(detail.value);
              if (detail.value === '') onSearch('');
            }}
          />
          <Button formAction="submit">Find</Button>
        </div>
      </FormField>
    </form>
  );
}
