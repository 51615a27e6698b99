import Autosuggest, { type AutosuggestProps } from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import { useService } from '../graph/service';
import { found, type Place, placesOf } from './found';
import { NamesDocument, type NamesQuery } from './names.generated';
import { isTyping } from './typing';

const GROUPS: Place['group'][] = ['Commits', 'Views', 'Services', 'Environments', 'Checks'];

function options(places: readonly Place[]) {
  return GROUPS.map((group) => ({
    label: group,
    options: places
      .filter((place) => place.group === group)
      .map(({ label, description, href }) => ({ value: href, label, description })),
  })).filter(({ options }) => options.length > 0);
}

function PaletteDialog({ onDismiss }: { onDismiss: () => void }) {
  const { graph } = useService();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [names, setNames] = useState<NamesQuery>();
  const field = useRef<AutosuggestProps.Ref>(null);
  useEffect(() => {
    const afterTheDialog = requestAnimationFrame(() => field.current?.focus());
    void graph
      .query(NamesDocument, {}, { requestPolicy: 'cache-and-network' })
      .toPromise()
      .then(({ data }) => setNames(data));
    return () => cancelAnimationFrame(afterTheDialog);
  }, [graph]);
  const places = useMemo(() => found(placesOf(names), text), [names, text]);
  const chosen = useRef(false);
  const go = (href: string | undefined): void => {
    if (href === undefined) return;
    onDismiss();
    void navigate(href);
  };
  return (
    <Modal visible header="Go to" closeAriaLabel="Close" onDismiss={onDismiss}>
      <Autosuggest
        ref={field}
        value={text}
        options={options(places)}
        filteringType="manual"
        placeholder="A service, an environment, a check, a view, a commit"
        ariaLabel="Go to a service, an environment, a check, a view or a commit"
        empty="Nothing is called so"
        hideEnteredTextOption
        expandToViewport
        onKeyDown={({ detail }) => {
          // Enter with nothing highlighted means the likeliest
          if (detail.key === 'Enter') setTimeout(() => chosen.current || go(places[0]?.href));
        }}
        onChange={({ detail }) => setText(detail.value)}
        onSelect={({ detail }) => {
          chosen.current = true;
          go(detail.value);
        }}
      />
    </Modal>
  );
}

/** The command palette, by its button, by Ctrl+K (⌘K) or by `/`. */
export function Palette() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const asked = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
      if (!asked && (event.key !== '/' || isTyping(event.target))) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
  return (
    <>
      <Button iconName="search" onClick={() => setOpen(true)} ariaLabel="Go to… (Ctrl+K)">
        Go to…
      </Button>
      {open && <PaletteDialog onDismiss={() => setOpen(false)} />}
    </>
  );
}
