import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';

import { isTyping } from './typing';

/** After `g`, a view. */
const VIEWS: Record<string, [string, string]> = {
  f: ['/', 'Fleet'],
  p: ['/pipelines', 'Pipelines'],
  c: ['/commits', 'Where is my commit'],
  e: ['/environments', 'Environments'],
  k: ['/checks', 'Checks'],
  d: ['/delivery', 'Delivery'],
  a: ['/admin', 'Configuration'],
  h: ['/changes', 'Changes'],
};
const WITHIN = 1_000;

const SAID = [
  { label: 'Go to anything', value: 'Ctrl+K, or /' },
  ...Object.entries(VIEWS).map(([key, [, title]]) => ({ label: title, value: `g, then ${key}` })),
  { label: 'In the fleet', value: 'Arrows, Home, End, Page up and down; Enter opens' },
  { label: 'These keys', value: '?' },
];

/** Keys that lead to views, and the list of them, by its button or by `?`. */
export function Keys() {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    let leader = 0;
    const pressed = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const view = VIEWS[event.key];
      if (event.key === '?') setOpen(true);
      else if (view !== undefined && event.timeStamp - leader < WITHIN) void navigate(view[0]);
      leader = event.key === 'g' ? event.timeStamp : 0;
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [navigate]);
  return (
    <>
      <Button variant="icon" iconName="keyboard" ariaLabel="Keys" onClick={() => setOpen(true)} />
      {open && (
        <Modal visible header="Keys" closeAriaLabel="Close" onDismiss={() => setOpen(false)}>
          <KeyValuePairs columns={2} items={SAID} />
        </Modal>
      )}
    </>
  );
}
