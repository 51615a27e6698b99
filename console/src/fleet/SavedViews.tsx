import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

import { filtersOf, searchOf } from './filters';
import { readViews, type SavedView, withoutView, withView, writeViews } from './savedViews';

const SAVE = 'save';

/** The part of an address that says what is chosen, and nothing else. */
function shortest(search: string): string {
  const chosen = searchOf(filtersOf(new URLSearchParams(search))).toString();
  return chosen === '' ? '' : `?${chosen}`;
}

function itemsOf(views: readonly SavedView[]): ButtonDropdownProps.Items {
  const save = { id: SAVE, text: 'Save this view…', iconName: 'add-plus' } as const;
  if (views.length === 0) return [save];
  return [
    ...views.map(({ name, search }) => ({ id: `open ${name}`, text: name, href: `/${search}` })),
    save,
    {
      id: 'deletes',
      text: 'Delete a view',
      items: views.map(({ name }) => ({ id: `delete ${name}`, text: name })),
    },
  ];
}

interface SaveProps {
  views: readonly SavedView[];
  onSave: (name: string) => boolean;
  onDismiss: () => void;
}

function SaveDialog({ views, onSave, onDismiss }: SaveProps) {
  const [name, setName] = useState('');
  const [refused, setRefused] = useState(false);
  const chosen = name.trim();
  const taken = views.some((view) => view.name === chosen);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (chosen !== '') setRefused(!onSave(chosen));
  };
  return (
    <Modal
      visible
      header="Save this view"
      closeAriaLabel="Close"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" form="save-view" disabled={chosen === ''}>
              {taken ? 'Replace' : 'Save'}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form id="save-view" onSubmit={save}>
        <SpaceBetween size="m">
          <FormField
            label="Name"
            description="What is filtered and how it is grouped is kept in this browser. The address shows others the same."
            constraintText={taken ? `There is a view ${chosen}: it would be replaced.` : undefined}
          >
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          {refused && (
            <Alert type="error" header="This browser keeps nothing">
              Its window is private, or has no room left. Keep the address as a bookmark instead.
            </Alert>
          )}
        </SpaceBetween>
      </form>
    </Modal>
  );
}

/** Views of the fleet under names: each is an address. */
export function SavedViews() {
  const navigate = useNavigate();
  const { search } = useLocation();
  const [views, setViews] = useState(readViews);
  const [saving, setSaving] = useState(false);
  const keep = (next: SavedView[]): boolean => {
    const kept = writeViews(next);
    if (kept) setViews(next);
    return kept;
  };
  const save = (name: string): boolean => {
    const kept = keep(withView(views, { name, search: shortest(search) }));
    if (kept) setSaving(false);
    return kept;
  };
  return (
    <>
      <ButtonDropdown
        items={itemsOf(views)}
        expandableGroups
        onItemFollow={(event) => {
          event.preventDefault();
          void navigate(event.detail.href!);
        }}
        onItemClick={({ detail }) => {
          if (detail.id === SAVE) setSaving(true);
          else if (detail.id.startsWith('delete '))
            keep(withoutView(views, detail.id.slice('delete '.length)));
        }}
      >
        Views
      </ButtonDropdown>
      {saving && <SaveDialog views={views} onSave={save} onDismiss={() => setSaving(false)} />}
    </>
  );
}
