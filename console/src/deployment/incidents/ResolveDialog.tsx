import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { useAction, wasTaken } from '../../graph/useAction';
import { ActionDialog } from '../../parts/ActionDialog';
import { ResolveIncidentDocument } from './actions.generated';

interface Props {
  incident: { name: string; title: string };
  onDismiss: () => void;
  onDone: () => void;
}

/** Says that an incident is over. */
export function ResolveDialog({ incident, onDismiss, onDone }: Props) {
  const [note, setNote] = useState('');
  const { run, running, refusals, problem } = useAction(ResolveIncidentDocument);
  const confirm = async (): Promise<void> => {
    if (!wasTaken(await run({ input: { name: incident.name, note: note.trim() || null } }))) return;
    onDone();
    onDismiss();
  };
  return (
    <ActionDialog
      title={`Resolve ${incident.name}`}
      effect={
        <p>
          “{incident.title}” is over from now on: the deployments that caused it count as recovered, unless
          another incident of theirs is open.
        </p>
      }
      confirm="Resolve the incident"
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
      running={running}
      refusals={refusals}
      problem={problem}
    >
      <FormField label="What ended it" stretch>
        <Textarea value={note} onChange={({ detail }) => setNote(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}
