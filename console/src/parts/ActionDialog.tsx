import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

import type { Problem } from '../graph/problem';
import type { Refusal } from '../graph/useAction';
import { Refusals, Trouble } from './Trouble';

interface Props {
  title: string;
  /** What will happen, as the service says it. Shown before anything is done. */
  effect: ReactNode;
  /** Fields: a reason, an expiry. */
  children?: ReactNode;
  confirm: string;
  onConfirm: () => void;
  onDismiss: () => void;
  running?: boolean;
  /** Whether it may be confirmed: the effect is known and the fields are filled. */
  ready?: boolean;
  refusals?: readonly Refusal[];
  problem?: Problem | undefined;
}

/** The way every action is taken: its effect first, its reason, then one deliberate press. */
export function ActionDialog(props: Props) {
  const { title, effect, children, confirm, onConfirm, onDismiss } = props;
  const { running = false, ready = true, refusals = [], problem } = props;
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" loading={running} disabled={!ready} onClick={onConfirm}>
              {confirm}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {effect}
        {children}
        <Refusals refusals={refusals} />
        <Trouble problem={problem} />
      </SpaceBetween>
    </Modal>
  );
}
