import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import Toggle from '@cloudscape-design/components/toggle';

import { Choice as ChoiceField } from '../parts/Choice';
import type { UrlChanges } from '../parts/url';
import { type Choice, CLOSING, RANGES } from './choice';

interface Props {
  choice: Choice;
  change: (changes: UrlChanges) => void;
  services: readonly string[];
  teams: readonly string[];
  stages: readonly string[];
}

const RANGE_OPTIONS = RANGES.map((days) => ({ value: String(days), label: `Last ${days} days` }));
const NARROW = { default: 6, s: 3, l: 2 } as const;
const SERVICES = { default: 12, s: 5, l: 4 } as const;
const COUNTING = { default: 12, s: 4, l: 3 } as const;
const NO_FILTERS: UrlChanges = {
  days: undefined,
  since: undefined,
  until: undefined,
  team: undefined,
  services: undefined,
  stage: undefined,
  production: undefined,
  ...CLOSING,
};

function isFiltered({ days, since, until, team, services, stage, productionOnly }: Choice): boolean {
  return (
    days !== 30 ||
    [since, until, team, stage].some((each) => each !== null) ||
    services.length > 0 ||
    !productionOnly
  );
}

/** What is looked at; all of it is in the address. */
export function Filters({ choice, change, services, teams, stages }: Props) {
  const set = (changes: UrlChanges): void => change({ ...changes, pointFrom: undefined, pointTo: undefined });
  return (
    <Grid
      gridDefinition={[NARROW, NARROW, NARROW, NARROW, NARROW, SERVICES, COUNTING].map((colspan) => ({
        colspan,
      }))}
    >
      <ChoiceField
        label="Time"
        value={String(choice.days)}
        options={RANGE_OPTIONS}
        onChange={(days) =>
          set({ days: days === '30' ? undefined : days, since: undefined, until: undefined })
        }
      />
      <FormField label="From" constraintText="UTC">
        <Input
          type={'date' as 'text'}
          value={choice.since ?? ''}
          onChange={({ detail }) => set({ since: detail.value })}
        />
      </FormField>
      <FormField label="Until" constraintText="That day included">
        <Input
          type={'date' as 'text'}
          value={choice.until ?? ''}
          onChange={({ detail }) => set({ until: detail.value })}
        />
      </FormField>
      <ChoiceField
        label="Team"
        any="All teams"
        value={choice.team}
        options={teams.map((value) => ({ value }))}
        onChange={(team) => set({ team })}
      />
      <ChoiceField
        label="Stage"
        any="Any stage"
        value={choice.stage}
        options={stages.map((value) => ({ value }))}
        onChange={(stage) => set({ stage })}
      />
      <FormField label="Services">
        <Multiselect
          selectedOptions={choice.services.map((value) => ({ value, label: value }))}
          options={services.map((value) => ({ value, label: value }))}
          filteringType="auto"
          placeholder="All services"
          deselectAriaLabel={({ label }) => `Take ${label} out`}
          onChange={({ detail }) =>
            set({ services: detail.selectedOptions.map(({ value }) => value).join(',') })
          }
        />
      </FormField>
      <FormField label="What counts">
        <Toggle
          checked={choice.productionOnly}
          disabled={choice.stage !== null}
          onChange={({ detail }) => set({ production: detail.checked ? undefined : 'off' })}
        >
          Production only
        </Toggle>
        {isFiltered(choice) && (
          <Button variant="inline-link" onClick={() => change(NO_FILTERS)}>
            Take all filters away
          </Button>
        )}
      </FormField>
    </Grid>
  );
}
