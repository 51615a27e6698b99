import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { useAction, wasTaken } from '../../graph/useAction';
import { ActionDialog } from '../../parts/ActionDialog';
import { useKeyed } from '../../parts/key';
import type { DeploymentDetails } from '../timeline';
import { DeclareIncidentDocument, type IncidentSeverity } from './actions.generated';
import { declaration, type Draft, firstDraft, titleProblem } from './drafts';

const SEVERITIES: { value: IncidentSeverity; label: string; description: string }[] = [
  { value: 'CRITICAL', label: 'Critical', description: 'Most customers cannot do what they came for.' },
  { value: 'MAJOR', label: 'Major', description: 'Some customers cannot, or all of them with trouble.' },
  { value: 'MINOR', label: 'Minor', description: 'Few customers notice, or there is a way around.' },
];

const SINCE: { value: Draft['since']; label: string }[] = [
  { value: 'now', label: 'Now' },
  { value: 'began', label: 'The deployment began' },
  { value: 'ended', label: 'The deployment ended' },
];

const ROLES: { value: Draft['role']; label: string; description: string }[] = [
  {
    value: 'CAUSE',
    label: 'It brought the incident about',
    description: 'It counts as a failed deployment.',
  },
  { value: 'FIX', label: 'It was made to end the incident', description: 'It counts as rework.' },
];

interface Props {
  deployment: DeploymentDetails;
  onDismiss: () => void;
  onDone: () => void;
}

/** Declares that something goes wrong for customers of the service, and what this deployment is to it. */
export function DeclareDialog({ deployment, onDismiss, onDone }: Props) {
  const { service, startedAt, endedAt } = deployment;
  const [draft, setDraft] = useState<Draft>(() => firstDraft(deployment));
  const [pressed, setPressed] = useState(false);
  const keyed = useKeyed();
  const { run, running, refusals, problem } = useAction(DeclareIncidentDocument);
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const wrong = titleProblem(draft.title);
  const moments = SINCE.filter(
    ({ value }) => value === 'now' || (value === 'began' ? startedAt !== null : endedAt !== null),
  );

  const confirm = async (): Promise<void> => {
    setPressed(true);
    if (wrong !== undefined) return;
    if (!wasTaken(await run({ input: keyed(declaration(draft, deployment)) }))) return;
    onDone();
    onDismiss();
  };

  return (
    <ActionDialog
      title={`Declare an incident of ${service.name}`}
      effect={
        <p>
          Everyone sees that something goes wrong for customers of {service.name}. Until it is resolved, this
          deployment has not recovered. Nothing is stopped or rolled back by it.
        </p>
      }
      confirm="Declare the incident"
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
      running={running}
      refusals={refusals}
      problem={problem}
    >
      <FormField
        label="What customers notice"
        description="In one line."
        errorText={pressed || draft.title.length > 200 ? wrong : undefined}
        stretch
      >
        <Input value={draft.title} onChange={({ detail }) => change({ title: detail.value })} />
      </FormField>
      <FormField label="Severity">
        <Select
          options={SEVERITIES}
          selectedOption={SEVERITIES.find(({ value }) => value === draft.severity) ?? null}
          onChange={({ detail }) => change({ severity: detail.selectedOption.value as IncidentSeverity })}
        />
      </FormField>
      <FormField label="Since when customers notice">
        <Select
          options={moments}
          selectedOption={moments.find(({ value }) => value === draft.since) ?? moments[0]!}
          onChange={({ detail }) => change({ since: detail.selectedOption.value as Draft['since'] })}
        />
      </FormField>
      <FormField label="What this deployment is to it">
        <RadioGroup
          value={draft.role}
          items={ROLES}
          onChange={({ detail }) => change({ role: detail.value as Draft['role'] })}
        />
      </FormField>
      <FormField label="Whatever else is known" stretch>
        <Textarea value={draft.note} onChange={({ detail }) => change({ note: detail.value })} />
      </FormField>
    </ActionDialog>
  );
}
