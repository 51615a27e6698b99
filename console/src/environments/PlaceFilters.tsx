import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import TextFilter from '@cloudscape-design/components/text-filter';

import { Choice as ChoiceField } from '../parts/Choice';
import type { UrlChanges } from '../parts/url';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { type Choice, NO_FILTERS, optionsOf } from './places';

interface Props {
  places: readonly PlaceFragment[];
  choice: Choice;
  change: (changes: UrlChanges) => void;
  counted: string;
}

const GROUPS = [
  { value: 'stage', label: 'Stage' },
  { value: 'account', label: 'Account' },
  { value: 'region', label: 'Region' },
];

/** What narrows the environments that are shown; all of it is in the address. */
export function PlaceFilters({ places, choice, change, counted }: Props) {
  const { group, stage, account, region, team, text } = choice;
  const filtered = [stage, account, region, team].some((each) => each !== null) || text !== '';
  const teams = optionsOf(places, (place) => (place.team && { value: place.team.name }) || undefined);
  return (
    <Grid
      gridDefinition={[
        { colspan: { default: 12, s: 6, l: 4 } },
        { colspan: { default: 6, s: 3, l: 2 } },
        { colspan: { default: 6, s: 3, l: 2 } },
        { colspan: { default: 6, s: 3, l: 2 } },
        { colspan: { default: 6, s: 3, l: 2 } },
        ...(teams.length > 0 ? [{ colspan: { default: 6, s: 3, l: 2 } as const }] : []),
        { colspan: 12 },
      ]}
    >
      <FormField label="Find">
        <TextFilter
          filteringText={text}
          filteringPlaceholder="Name, account, Region, owner"
          filteringAriaLabel="Find environments"
          filteringClearAriaLabel="Clear"
          onChange={({ detail }) => change({ text: detail.filteringText })}
        />
      </FormField>
      <ChoiceField
        label="Group by"
        value={group}
        options={GROUPS}
        onChange={(value) => change({ group: value === 'stage' ? undefined : value })}
      />
      <ChoiceField
        label="Stage"
        any="All stages"
        value={stage}
        options={optionsOf(places, ({ wave }) => ({ value: wave.stage.name }))}
        onChange={(value) => change({ stage: value })}
      />
      <ChoiceField
        label="Account"
        any="All accounts"
        value={account}
        options={optionsOf(places, ({ account: { awsId, name } }) => ({ value: awsId, label: name }))}
        onChange={(value) => change({ account: value })}
      />
      <ChoiceField
        label="Region"
        any="All Regions"
        value={region}
        options={optionsOf(places, (place) => ({ value: place.region.name }))}
        onChange={(value) => change({ region: value })}
      />
      {teams.length > 0 && (
        <ChoiceField
          label="Team"
          any="All teams"
          value={team}
          options={teams}
          onChange={(value) => change({ team: value })}
        />
      )}
      <div className="filters-said" aria-live="polite">
        <span>{counted}</span>
        {filtered && (
          <Button variant="inline-link" onClick={() => change(NO_FILTERS)}>
            Show all
          </Button>
        )}
      </div>
    </Grid>
  );
}
