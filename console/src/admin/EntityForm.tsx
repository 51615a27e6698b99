import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useRef, useState } from 'react';

import { useMay } from '../app/viewer';
import { ActionButton } from '../parts/ActionButton';
import { Moment } from '../parts/Moment';
import { ConflictPanel } from './ConflictPanel';
import { DraftNotice } from './DraftNotice';
import type { Entities } from './entities';
import { Field } from './fields/Field';
import type { FormField } from './form';
import { type FormDraft, formState, merged, operationOf, type Subject, typed } from './formState';
import type { ConfiguringError } from './impact';
import { infoOf } from './kinds';
import { Leaving } from './Leaving';
import { archiving, atFields, type Operation } from './operations';
import { type Asked, Review } from './Review';
import { ReadOnly } from './ReadOnly';
import { readForm } from './typing';
import { useDraft } from './useDraft';

interface Props {
  subject: Subject;
  entities: Entities;
  /** The change was made, to the entity of this name. */
  onSaved: (change: number | null, name: string, archived: boolean) => void;
}

interface Reviewed {
  title: string;
  asked: Asked;
  confirm: string;
  name: string;
  archives: boolean;
}

/** What a form is called among drafts. */
export function draftName({ kind, name }: Pick<Subject, 'kind' | 'name'>): string {
  return name === undefined ? `new ${kind}` : `${kind} ${name}`;
}

function without(path: string): (errors: Record<string, string>) => Record<string, string> {
  return (errors) => Object.fromEntries(Object.entries(errors).filter(([each]) => each !== path));
}

function focusOn(form: HTMLElement | null, path: string): void {
  const field = form?.querySelector(`[data-field="${CSS.escape(path)}"]`);
  field?.querySelector<HTMLElement>('input, textarea, button')?.focus();
}

/** The form of any kind: what was typed is kept until it is saved, and nothing is saved before its effect was seen. */
export function EntityForm({ subject, entities, onSaved }: Props) {
  const { kind, name, current } = subject;
  const info = infoOf(kind);
  const may = useMay(info.permission);
  const draft = useDraft<FormDraft>(draftName(subject));
  const state = formState(subject, draft.content);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [reviewed, setReviewed] = useState<Reviewed>();
  const [unchanged, setUnchanged] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const archived = current?.archivedAt ?? null;

  const review = (operation: Operation, more: Omit<Reviewed, 'asked'>): void =>
    setReviewed({ ...more, asked: { operations: [operation] } });
  const save = (): void => {
    const read = readForm(state.fields, state.typing);
    setWrong(read.wrong);
    const first = Object.keys(read.wrong)[0];
    if (first !== undefined) {
      focusOn(place.current, first);
      return;
    }
    const operation = operationOf(subject, state, read, entities);
    setUnchanged(operation === undefined);
    if (!operation) return;
    const called = name ?? String(read.values[info.key]);
    const verb = current === null ? 'Register' : archived ? 'Bring back' : 'Save';
    review(operation, {
      title: `${verb} the ${info.one} ${called}`,
      confirm: verb,
      name: called,
      archives: false,
    });
  };
  const archive = (): void =>
    review(archiving(kind, name!, state.version), {
      title: `Archive the ${info.one} ${name}`,
      confirm: 'Archive',
      name: name!,
      archives: true,
    });
  const type = (field: FormField, value: Parameters<typeof typed>[3]): void => {
    draft.put(typed(subject, state, field.path, value));
    setUnchanged(false);
    if (wrong[field.path] !== undefined) setWrong(without(field.path));
  };
  const back = (errors: readonly ConfiguringError[]): void => {
    setReviewed(undefined);
    const found = atFields(
      errors,
      state.fields.map(({ path }) => path),
    );
    setWrong(found.fields);
    const first = Object.keys(found.fields)[0];
    if (first !== undefined) setTimeout(() => focusOn(place.current, first));
  };
  const discard = (): void => {
    draft.drop();
    setWrong({});
  };

  return (
    <div ref={place}>
      <Leaving unsaved={state.unsaved && reviewed === undefined} onDiscard={discard} />
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {state.unsaved && (
              <Button variant="link" onClick={discard}>
                Discard
              </Button>
            )}
            {current !== null && info.life === 'registered' && !archived && (
              <ActionButton
                permission={info.permission}
                disabled={state.unsaved}
                disabledReason="Save what you typed, or discard it, first."
                onClick={archive}
              >
                Archive
              </ActionButton>
            )}
            <ActionButton
              permission={info.permission}
              variant="primary"
              disabled={state.conflict !== undefined}
              disabledReason="Say first what is taken over of what somebody else saved."
              onClick={save}
            >
              {archived ? 'Bring back' : 'Review and save'}
            </ActionButton>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          <ReadOnly may={may} />
          {archived && (
            <Alert type="info" header="It is archived">
              It left the fleet <Moment at={archived} />. Brought back, it is the same one, with its history.
            </Alert>
          )}
          <DraftNotice {...draft} unsaved={state.unsaved} onDiscard={discard} />
          {unchanged && <Alert type="info">Nothing differs from what is saved.</Alert>}
          {state.conflict && (
            <ConflictPanel
              kind={kind}
              name={name ?? ''}
              merge={state.conflict}
              onMerge={(theirs) => draft.put(merged(subject, state, theirs))}
            />
          )}
          <Container
            header={<Header variant="h2">{state.unsaved ? 'Fields, not saved yet' : 'Fields'}</Header>}
          >
            <SpaceBetween size="l">
              {state.fields.map((field) => (
                <Field
                  key={field.path}
                  field={field}
                  typed={state.typing[field.path]!}
                  typing={state.typing}
                  entities={entities}
                  readOnly={may !== true || (field.fixed && current !== null)}
                  error={wrong[field.path]}
                  onType={(value) => type(field, value)}
                />
              ))}
            </SpaceBetween>
          </Container>
        </SpaceBetween>
      </Form>
      {reviewed && (
        <Review
          title={reviewed.title}
          asked={reviewed.asked}
          confirm={reviewed.confirm}
          {...(kind === 'freeze' || kind === 'hold' ? { reason: String(state.typing['reason'] ?? '') } : {})}
          onDismiss={back}
          onApplied={(change) => {
            setReviewed(undefined);
            discard();
            onSaved(change, reviewed.name, reviewed.archives);
          }}
        />
      )}
    </div>
  );
}
