import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { type ReactNode, useState } from 'react';

import { useNow } from '../graph/service';
import { refusedAt, refusedElsewhere } from '../graph/refusals';
import { useAction, wasTaken } from '../graph/useAction';
import { ActionDialog } from '../parts/ActionDialog';
import { Choice } from '../parts/Choice';
import { useKeyed } from '../parts/key';
import { Sentences } from '../parts/Sentences';
import { absolute } from '../parts/time';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { daysOf, effectOf, inputOf, type Limits, NO_WISH, regionsFor, stagesFor, type Wish } from './testing';
import { CreateTestEnvironmentDocument } from './TestEnvironments.generated';

interface Props {
  shared: readonly PlaceFragment[];
  teams: readonly string[];
  limits: Limits | null | undefined;
  onDismiss: () => void;
  onDone: () => void;
}

const FIELDS = Object.keys(NO_WISH) as (keyof Wish)[];
const TEXTS: { field: keyof Wish; label: string; constraint?: string }[] = [
  {
    field: 'owner',
    label: 'Owner',
    constraint: 'Whose it is, as they sign in: they are told before it ends.',
  },
  { field: 'purpose', label: 'Purpose', constraint: 'What it is for.' },
  { field: 'days', label: 'Days' },
  { field: 'name', label: 'Name', constraint: 'test-<owner>-<number> if nothing is said.' },
  { field: 'reason', label: 'Reason', constraint: 'Kept with the change.' },
];

/** Makes a test environment; where it would be and until when is said while it is typed. */
export function CreateDialog({ shared, teams, limits, onDismiss, onDone }: Props) {
  const [typed, setTyped] = useState<Wish>(NO_WISH);
  const wish = { ...typed, stage: typed.stage || (stagesFor(shared)[0] ?? '') }; // the fleet may be told after it opened
  const keyed = useKeyed();
  const now = useNow(5_000);
  const action = useAction(CreateTestEnvironmentDocument);
  const set = (field: keyof Wish, value: string | undefined): void =>
    setTyped((before) => ({ ...before, [field]: value ?? '', ...(field === 'stage' ? { region: '' } : {}) }));
  const { sentences, endsAt } = effectOf(wish, shared, limits, now);
  const days = daysOf(wish.days, limits?.testEnvironmentDays);
  const wrong = (field: keyof Wish): string | undefined =>
    (field === 'days' ? days.error : undefined) ?? refusedAt(action.refusals, field);
  const confirm = async (): Promise<void> => {
    if (wasTaken(await action.run({ input: keyed(inputOf(wish)) }))) onDone();
  };
  const said = (field: keyof Wish, constraint: string | undefined): ReactNode =>
    field === 'days' && limits
      ? `${limits.testEnvironmentDays} if nothing is said; ${limits.testEnvironmentDays} at most.`
      : constraint;
  return (
    <ActionDialog
      title="Create a test environment"
      confirm="Create"
      effect={
        <Sentences
          sentences={[...sentences, ...(endsAt === undefined ? [] : [`It ends on ${absolute(endsAt)}.`])]}
        />
      }
      ready={wish.stage !== '' && wish.owner.trim() !== '' && days.error === undefined}
      running={action.running}
      refusals={refusedElsewhere(action.refusals, FIELDS)}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
    >
      <Choice
        label="Stage"
        value={wish.stage}
        options={stagesFor(shared).map((value) => ({ value }))}
        onChange={(value) => set('stage', value)}
        errorText={wrong('stage')}
      />
      <Choice
        label="Region"
        any="Where the stage's first environment is"
        value={wish.region}
        options={regionsFor(shared, wish.stage).map((value) => ({ value }))}
        onChange={(value) => set('region', value)}
        errorText={wrong('region')}
      />
      <Choice
        label="Team"
        any="No team"
        value={wish.team}
        options={teams.map((value) => ({ value }))}
        onChange={(value) => set('team', value)}
        errorText={wrong('team')}
      />
      {TEXTS.map(({ field, label, constraint }) => (
        <FormField
          key={field}
          label={label}
          constraintText={said(field, constraint)}
          errorText={wrong(field)}
        >
          <Input
            value={wish[field]}
            onChange={({ detail }) => set(field, detail.value)}
            ariaRequired={field === 'owner'}
          />
        </FormField>
      ))}
    </ActionDialog>
  );
}
