import Grid from '@cloudscape-design/components/grid';

import { useLive } from '../graph/useLive';
import { Choice as ChoiceField } from '../parts/Choice';
import type { UrlChanges } from '../parts/url';
import { FilterNamesDocument } from './BuildFilters.generated';
import { type Choice, RANGES } from './choice';

const WIDTH = { default: 12, s: 4, l: 3 } as const;

/** What of the builds is looked at; the same parameters of the address as those of the measures. */
export function BuildFilters({ choice, change }: { choice: Choice; change: (changes: UrlChanges) => void }) {
  const { data } = useLive(
    FilterNamesDocument,
    {},
    { touches: ({ type }) => type === 'configuration.changed' },
  );
  return (
    <Grid gridDefinition={[{ colspan: WIDTH }, { colspan: WIDTH }, { colspan: WIDTH }]}>
      <ChoiceField
        label="Time"
        value={String(choice.days)}
        options={RANGES.map((days) => ({ value: String(days), label: `Last ${days} days` }))}
        onChange={(days) =>
          change({ days: days === '30' ? undefined : days, since: undefined, until: undefined })
        }
      />
      <ChoiceField
        label="Service"
        any="All services"
        value={choice.services[0] ?? null}
        options={data?.services.nodes.map(({ name }) => ({ value: name })) ?? []}
        onChange={(services) => change({ services })}
      />
      <ChoiceField
        label="Team"
        description="Of broken pipelines and scores."
        any="All teams"
        value={choice.team}
        options={data?.teams.nodes.map(({ name }) => ({ value: name })) ?? []}
        onChange={(team) => change({ team })}
      />
    </Grid>
  );
}
