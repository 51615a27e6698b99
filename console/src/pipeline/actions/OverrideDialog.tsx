import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';

import { useService } from '../../graph/service';
import { useAction } from '../../graph/useAction';
import { useLive } from '../../graph/useLive';
import { useKeyed } from '../../parts/key';
import { ReasonDialog } from '../../parts/ReasonDialog';
import { type BlockerKind, blockerName, OVERRIDABLE } from '../blockers';
import type { Step } from '../course';
import { touchesPipeline } from '../touching';
import type { PipelineService } from '../usePipeline';
import { EffectOfOverrideDocument, GrantOverrideDocument } from './actions.generated';
import { overrideSaid } from './effects';
import { endOf, SPANS } from './forms';
import type { DialogProps, Opened } from './opened';
import { scopeOf } from './scope';

interface Form {
  kinds: BlockerKind[];
  environment: string;
  /** Whether it is for all of the wave. */
  whole: boolean;
  hours: string;
  /** Told when the span was chosen, so that asking again asks for the same. */
  expiresAt: string;
  incident: string;
}

interface Props extends DialogProps {
  opened: Extract<Opened, { dialog: 'override' }>;
  service: PipelineService;
  steps: readonly Step[];
}

function useOverrideEffect(service: string, form: Form, steps: readonly Step[]) {
  const { environment } = form;
  const asked = { service, environment, scope: scopeOf(form, service, steps) };
  const pause = environment === '';
  return useLive(EffectOfOverrideDocument, asked, { touches: touchesPipeline(service), pause });
}

function saidOf(data: ReturnType<typeof useOverrideEffect>['data'], chosen: boolean): string[] | null {
  if (!chosen) return ['Choose an environment.'];
  if (data === undefined) return null;
  const effect = data.overrideEffect;
  return 'taken' in effect ? overrideSaid(effect) : [`${effect.message} ${effect.remedy}`];
}

/** Lets blockers pass for a time, for a reason. */
export function OverrideDialog({ opened, service, steps, onDismiss, onDone }: Props) {
  const { clock } = useService();
  const [form, setForm] = useState<Form>(() => ({
    kinds: opened.kinds,
    environment: opened.environment ?? '',
    whole: false,
    hours: '4',
    expiresAt: endOf('4', clock.now())!,
    incident: '',
  }));
  const keyed = useKeyed();
  const effect = useOverrideEffect(service.name, form, steps);
  const action = useAction(GrantOverrideDocument);
  const set = (change: Partial<Form>): void => setForm((before) => ({ ...before, ...change }));
  const grant = (reason: string | null) => {
    const { expiresAt, incident } = form;
    const scope = scopeOf(form, service.name, steps);
    const input = keyed({ ...scope, expiresAt, reason: reason ?? '', incident: incident || null });
    return action.run({ input });
  };
  const known = effect.data !== undefined && 'taken' in effect.data.overrideEffect;
  return (
    <ReasonDialog
      title={`Override what holds ${service.name} back`}
      effect={saidOf(effect.data, form.environment !== '')}
      confirm="Grant it"
      action={action}
      act={grant}
      onDone={() => onDone('The override is granted.')}
      onDismiss={onDismiss}
      ready={known && form.environment !== ''}
      problem={effect.problem}
    >
      <OverrideFields form={form} set={set} service={service} steps={steps} />
    </ReasonDialog>
  );
}

interface FieldsProps {
  form: Form;
  set: (change: Partial<Form>) => void;
  service: PipelineService;
  steps: readonly Step[];
}

const KINDS = OVERRIDABLE.map((kind) => ({ value: kind, label: blockerName(kind) }));

function ScopeFields({ form, set, steps }: Omit<FieldsProps, 'service'>) {
  const environments = steps.flatMap((step) =>
    step.environments.map(({ name }) => ({ value: name, label: name, description: step.title })),
  );
  const wholes = [
    { value: 'no', label: 'That environment alone' },
    { value: 'yes', label: 'All of its wave' },
  ];
  return (
    <SpaceBetween size="m">
      <FormField label="Blockers" description="None chosen: all that a person may let pass.">
        <Multiselect
          options={KINDS}
          selectedOptions={KINDS.filter(({ value }) => form.kinds.includes(value))}
          placeholder="All that may be overridden"
          expandToViewport
          onChange={({ detail }) =>
            set({ kinds: detail.selectedOptions.map(({ value }) => value as BlockerKind) })
          }
        />
      </FormField>
      <FormField label="Environment">
        <Select
          options={environments}
          selectedOption={environments.find(({ value }) => value === form.environment) ?? null}
          filteringType="auto"
          placeholder="Choose an environment"
          expandToViewport
          onChange={({ detail }) => set({ environment: detail.selectedOption.value ?? '' })}
        />
      </FormField>
      <FormField label="For">
        <Select
          options={wholes}
          selectedOption={wholes[form.whole ? 1 : 0]!}
          onChange={({ detail }) => set({ whole: detail.selectedOption.value === 'yes' })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function OverrideFields({ form, set, service, steps }: FieldsProps) {
  const { clock } = useService();
  const incidents = [
    { value: '', label: 'None' },
    ...service.incidents.nodes.map(({ name, title }) => ({ value: name, label: name, description: title })),
  ];
  return (
    <SpaceBetween size="m">
      <ScopeFields form={form} set={set} steps={steps} />
      <FormField label="How long" description="It ends by itself.">
        <Select
          options={SPANS}
          selectedOption={SPANS.find(({ value }) => value === form.hours) ?? null}
          onChange={({ detail }) => {
            const hours = detail.selectedOption.value ?? '4';
            set({ hours, expiresAt: endOf(hours, clock.now())! });
          }}
        />
      </FormField>
      <FormField
        label="Incident – optional"
        description="What is deployed because of it is then known as the incident's fix."
      >
        <Select
          options={incidents}
          selectedOption={incidents.find(({ value }) => value === form.incident) ?? null}
          onChange={({ detail }) => set({ incident: detail.selectedOption.value ?? '' })}
        />
      </FormField>
      <Box variant="small">It is recorded under your name, and told wherever it lets something pass.</Box>
    </SpaceBetween>
  );
}
