import { type ReactNode, useState } from 'react';

import type { Problem } from '../graph/problem';
import { refusedAt, refusedElsewhere } from '../graph/refusals';
import { type Action, type Outcome, wasTaken } from '../graph/useAction';
import { ActionDialog } from './ActionDialog';
import { ReasonField } from './ReasonField';
import { Sentences } from './Sentences';

interface Props {
  title: string;
  /** What will happen; null while it is asked for. */
  effect: readonly string[] | null;
  confirm: string;
  action: Pick<Action<unknown, never>, 'running' | 'refusals' | 'problem'>;
  /** Takes the action; the reason is null where none is given. */
  act: (reason: string | null) => Promise<Outcome<unknown>>;
  onDone: () => void;
  onDismiss: () => void;
  /** Whether the effect is known and the fields are filled; the reason is looked after here. */
  ready?: boolean;
  /** What else is wrong: why the effect is not known. */
  problem?: Problem | undefined;
  /** A reason may be left out. */
  optional?: boolean;
  /** The fields of the input that say beside themselves why they were refused. */
  fields?: readonly string[];
  children?: ReactNode;
}

const NONE: readonly string[] = [];

/** The dialog of an action that is taken for a reason: its effect, its fields, the reason, one deliberate press. */
export function ReasonDialog(props: Props) {
  const { title, effect, confirm, action, act, onDone, onDismiss, children } = props;
  const { ready = true, optional = false, fields = NONE } = props;
  const [reason, setReason] = useState('');
  const given = reason.trim();
  const take = async (): Promise<void> => {
    if (wasTaken(await act(given || null))) onDone();
  };
  return (
    <ActionDialog
      title={title}
      effect={<Sentences sentences={effect} />}
      confirm={confirm}
      onConfirm={() => void take()}
      onDismiss={onDismiss}
      running={action.running}
      ready={ready && (optional || given !== '')}
      refusals={refusedElsewhere(action.refusals, [...fields, 'reason'])}
      problem={action.problem ?? props.problem}
    >
      {children}
      <ReasonField
        reason={reason}
        onChange={setReason}
        optional={optional}
        errorText={refusedAt(action.refusals, 'reason')}
      />
    </ActionDialog>
  );
}
