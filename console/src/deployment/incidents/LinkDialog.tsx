import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { useAction, wasTaken } from '../../graph/useAction';
import { useLive } from '../../graph/useLive';
import { ActionDialog } from '../../parts/ActionDialog';
import type { DeploymentDetails } from '../timeline';
import { LinkIncidentDocument, OpenIncidentsDocument } from './actions.generated';

interface Props {
  deployment: DeploymentDetails;
  onDismiss: () => void;
  onDone: () => void;
}

/** Says what this deployment is to an incident that is open. */
export function LinkDialog({ deployment, onDismiss, onDone }: Props) {
  const service = deployment.service.name;
  const { data, loading } = useLive(
    OpenIncidentsDocument,
    { service },
    { touches: ({ type, payload }) => type.startsWith('incident.') && payload['service'] === service },
  );
  const [name, setName] = useState<string>();
  const [role, setRole] = useState('CAUSE');
  const [reason, setReason] = useState('');
  const { run, running, refusals, problem } = useAction(LinkIncidentDocument);
  const options = (data?.incidents.nodes ?? []).map((each) => ({
    value: each.name,
    label: each.title,
    description: `${each.name}, ${each.severity.toLowerCase()}`,
  }));
  const selected =
    options.find(({ value }) => value === name) ?? (options.length === 1 ? options[0] : undefined);

  const confirm = async (): Promise<void> => {
    if (selected === undefined) return;
    const links = role === 'CAUSE' ? { causes: [deployment.id] } : { fixes: [deployment.id] };
    const input = { name: selected.value, ...links, reason: reason.trim() || null };
    if (!wasTaken(await run({ input }))) return;
    onDone();
    onDismiss();
  };

  return (
    <ActionDialog
      title="Link to an incident"
      effect={
        <p>
          A cause counts as a failed deployment, and has recovered when the incident is resolved. A fix counts
          as rework: without the incident nobody would have deployed.
        </p>
      }
      confirm="Link"
      ready={selected !== undefined}
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
      running={running}
      refusals={refusals}
      problem={problem}
    >
      <FormField
        label="Incident"
        stretch
        constraintText={
          !loading && options.length === 0
            ? `No incident of ${service} is open: declare one, then this deployment is linked at once.`
            : undefined
        }
      >
        <Select
          options={options}
          selectedOption={selected ?? null}
          placeholder="Choose an open incident"
          empty="No incident is open"
          statusType={loading ? 'loading' : 'finished'}
          onChange={({ detail }) => setName(detail.selectedOption.value)}
        />
      </FormField>
      <FormField label="What this deployment is to it">
        <RadioGroup
          value={role}
          items={[
            { value: 'CAUSE', label: 'It brought the incident about' },
            { value: 'FIX', label: 'It was made to end the incident' },
          ]}
          onChange={({ detail }) => setRole(detail.value)}
        />
      </FormField>
      <FormField label="Why" stretch>
        <Input value={reason} onChange={({ detail }) => setReason(detail.value)} />
      </FormField>
    </ActionDialog>
  );
}
