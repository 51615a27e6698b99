import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { useService } from '../../graph/service';
import { useAction } from '../../graph/useAction';
import { useKeyed } from '../../parts/key';
import { ReasonDialog } from '../../parts/ReasonDialog';
import { absolute } from '../../parts/time';
import type { Step } from '../course';
import type { HoldKind, PlacedHoldFragment } from '../pipeline.generated';
import { HoldEnvironmentsDocument } from './actions.generated';
import { holdEffect } from './effects';
import { endOf, holdNames, revisionTrouble, SPANS } from './forms';
import type { DialogProps, Opened } from './opened';

const KINDS = [
  { value: 'HOLD', label: 'Hold', description: 'Nothing new enters.' },
  { value: 'PIN', label: 'Pin', description: 'It stays at one revision; every other is held back.' },
  { value: 'VETO', label: 'Veto', description: 'One revision never enters; others may.' },
];

const ENDS = [{ value: '', label: 'until somebody releases it' }, ...SPANS];

interface Form {
  kind: HoldKind;
  environments: string[];
  revision: string;
  everybody: boolean;
  hours: string;
  /** Told when the span was chosen, so that asking again asks for the same. */
  expiresAt: string | null;
}

interface Props extends DialogProps {
  opened: Extract<Opened, { dialog: 'hold' }>;
  service: string;
  holds: readonly PlacedHoldFragment[];
  steps: readonly Step[];
}

function isReady({ kind, environments, revision }: Form): boolean {
  return environments.length > 0 && (kind === 'HOLD' || revisionTrouble(revision) === null);
}

/** The operations that make the holds of a form: one for each environment, all or nothing. */
function operationsOf(form: Form, reason: string, service: string, taken: ReadonlySet<string>) {
  const { kind, environments, everybody, expiresAt } = form;
  const revision = kind === 'HOLD' ? null : form.revision.trim().toLowerCase();
  const whose = everybody ? null : service;
  const holds = environments.map((environment) => ({ kind, service: whose, environment, revision }));
  const names = holdNames(holds, taken);
  return holds.map((hold, index) => ({
    registerHold: { ...hold, reason, expiresAt, name: names[index]! },
  }));
}

/** Keeps revisions in, or out of, environments. */
export function HoldDialog({ opened, service, holds, steps, onDismiss, onDone }: Props) {
  const { kind, environments, revision } = opened;
  const [form, setForm] = useState<Form>({
    kind,
    environments,
    revision: revision ?? '',
    everybody: false,
    hours: '',
    expiresAt: null,
  });
  const keyed = useKeyed();
  const action = useAction(HoldEnvironmentsDocument);
  const set = (change: Partial<Form>): void => setForm((before) => ({ ...before, ...change }));
  const effect = holdEffect({
    ...form,
    service: form.everybody ? null : service,
    expires: form.expiresAt === null ? null : absolute(Date.parse(form.expiresAt)),
    steps,
  });
  return (
    <ReasonDialog
      title={`Hold ${service}`}
      effect={effect}
      confirm={KINDS.find(({ value }) => value === form.kind)!.label}
      action={action}
      act={(reason) => {
        const taken = new Set(holds.map(({ name }) => name));
        const operations = operationsOf(form, reason ?? '', service, taken);
        return action.run({ input: keyed({ operations, reason }) });
      }}
      onDone={() => onDone(`${form.environments.join(', ')}: held.`)}
      onDismiss={onDismiss}
      ready={isReady(form)}
    >
      <HoldFields form={form} set={set} service={service} steps={steps} />
    </ReasonDialog>
  );
}

interface FieldsProps {
  form: Form;
  set: (change: Partial<Form>) => void;
  service: string;
  steps: readonly Step[];
}

function HoldFields({ form, set, service, steps }: FieldsProps) {
  const { clock } = useService();
  const options = steps.flatMap((step) =>
    step.environments.map(({ name }) => ({ value: name, label: name, description: step.title })),
  );
  const trouble = form.revision === '' ? null : revisionTrouble(form.revision);
  return (
    <SpaceBetween size="m">
      <RadioGroup
        ariaLabel="What is kept out"
        items={KINDS}
        value={form.kind}
        onChange={({ detail }) => set({ kind: detail.value as HoldKind })}
      />
      <FormField label="Environments">
        <Multiselect
          options={options}
          selectedOptions={options.filter(({ value }) => form.environments.includes(value))}
          filteringType="auto"
          placeholder="Choose environments"
          enableSelectAll
          expandToViewport
          onChange={({ detail }) => set({ environments: detail.selectedOptions.map(({ value }) => value!) })}
        />
      </FormField>
      {form.kind !== 'HOLD' && (
        <FormField
          label="Commit"
          description={form.kind === 'PIN' ? 'The one at which it stays.' : 'The one that never enters.'}
          errorText={trouble}
        >
          <Input
            value={form.revision}
            spellcheck={false}
            onChange={({ detail }) => set({ revision: detail.value })}
          />
        </FormField>
      )}
      <FormField label="Whose">
        <Select
          options={[
            { value: service, label: `${service} alone` },
            { value: '', label: 'Every service' },
          ]}
          selectedOption={{
            value: form.everybody ? '' : service,
            label: form.everybody ? 'Every service' : `${service} alone`,
          }}
          onChange={({ detail }) => set({ everybody: detail.selectedOption.value === '' })}
        />
      </FormField>
      <FormField label="How long">
        <Select
          options={ENDS}
          selectedOption={ENDS.find(({ value }) => value === form.hours) ?? null}
          onChange={({ detail }) => {
            const hours = detail.selectedOption.value ?? '';
            set({ hours, expiresAt: endOf(hours, clock.now()) });
          }}
        />
      </FormField>
    </SpaceBetween>
  );
}
