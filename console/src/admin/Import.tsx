import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FileInput from '@cloudscape-design/components/file-input';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { type DragEvent, useState } from 'react';
import { Link } from 'react-router';

import { ActionButton } from '../parts/ActionButton';
import { DraftNotice } from './DraftNotice';
import type { ConfiguringError } from './impact';
import { Errors } from './Impact';
import { Leaving } from './Leaving';
import { Review } from './Review';
import { type Complaint, LONGEST, readSource, type Source } from './source';
import { useDraft } from './useDraft';

interface Typed {
  text: string;
  prune: boolean;
}

const EMPTY: Typed = { text: '', prune: false };
const EXAMPLE = 'teams:\n  - name: money\n    email: money@example.com\n';

function Complaints({ wrong }: { wrong: readonly Complaint[] }) {
  if (wrong.length === 0) return null;
  return (
    <Alert type="error" header="This cannot be read">
      <ul className="refusals">
        {wrong.map(({ line, message }) => (
          <li key={`${line}/${message}`}>
            {line !== undefined && <strong>Line {line}: </strong>}
            {message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function placeIn(source: Source): (path: readonly string[]) => string | undefined {
  return (path) => {
    const line = source.lineOf(path);
    return line === undefined ? undefined : `Line ${line}`;
  };
}

/** A file to apply: pasted, dropped or chosen; read with the line of what is wrong; nothing is done before it was seen. */
export function Import() {
  const draft = useDraft<Typed>('document');
  const typed = draft.content ?? EMPTY;
  const [source, setSource] = useState<Source>();
  const [reviewing, setReviewing] = useState(false);
  const [errors, setErrors] = useState<readonly ConfiguringError[]>([]);
  const [applied, setApplied] = useState<number | null>();
  const [tooLarge, setTooLarge] = useState<string>();
  const unsaved = typed.text.trim() !== '';

  const put = (next: Typed): void => {
    setSource(undefined);
    setErrors([]);
    if (next.text === '') draft.drop();
    else draft.put(next);
  };
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setTooLarge(file.size > LONGEST ? `${file.name} is larger than 4 MB, which are the most.` : undefined);
    if (file.size <= LONGEST) put({ ...typed, text: await file.text() });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };
  const review = (): void => {
    const read = readSource(typed.text);
    setSource(read);
    setErrors([]);
    setReviewing(read.wrong.length === 0);
  };
  const discard = (): void => put(EMPTY);

  return (
    <SpaceBetween size="m">
      <Leaving unsaved={unsaved && !reviewing} onDiscard={discard} />
      <DraftNotice {...draft} unsaved={unsaved} onDiscard={discard} />
      {applied !== undefined && (
        <Alert type="success" dismissible onDismiss={() => setApplied(undefined)}>
          {applied === null ? (
            'Nothing differed: it was so already.'
          ) : (
            <>
              Applied as <Link to={`/changes?change=${applied}`}>change {applied}</Link>.
            </>
          )}
        </Alert>
      )}
      {source && <Complaints wrong={source.wrong} />}
      {source && <Errors errors={errors} placeOf={placeIn(source)} />}
      <FormField
        label="A file"
        description="YAML or JSON, as `interlock export` writes it: paste it, drop it here, or choose it."
        constraintText="What a file leaves out of an entity is its default. An entity that it leaves out stays as it is."
        errorText={tooLarge}
        stretch
        secondaryControl={
          <FileInput
            value={[]}
            accept=".yaml,.yml,.json"
            ariaLabel="Choose a file"
            onChange={({ detail }) => void take(detail.value[0])}
          >
            Choose a file
          </FileInput>
        }
      >
        <div className="code-field" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
          <Textarea
            value={typed.text}
            rows={20}
            spellcheck={false}
            placeholder={EXAMPLE}
            onChange={({ detail }) => put({ ...typed, text: detail.value })}
          />
        </div>
      </FormField>
      <Checkbox
        checked={typed.prune}
        description="Of the sections that the file has; never freezes, holds and test environments."
        onChange={({ detail }) => put({ ...typed, prune: detail.checked })}
      >
        Archive what the file does not have
      </Checkbox>
      <SpaceBetween direction="horizontal" size="xs">
        <ActionButton permission="CONFIGURE" variant="primary" disabled={!unsaved} onClick={review}>
          Review and apply
        </ActionButton>
        {unsaved && (
          <Button variant="link" onClick={discard}>
            Discard
          </Button>
        )}
      </SpaceBetween>
      {reviewing && source && (
        <Review
          title="Apply a file"
          asked={{ document: source.document, prune: typed.prune }}
          placeOf={placeIn(source)}
          onDismiss={(found) => {
            setReviewing(false);
            setErrors(found);
          }}
          onApplied={(change) => {
            setReviewing(false);
            setApplied(change);
            discard();
          }}
        />
      )}
    </SpaceBetween>
  );
}
