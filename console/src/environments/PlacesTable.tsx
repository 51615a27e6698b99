import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { listOf, type UrlChanges } from '../parts/url';
import { RouteLink } from '../parts/RouteLink';
import { Empty } from '../parts/Empty';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { LocalTime } from './LocalTime';
import { countSentence, type Group, NO_FILTERS } from './places';
import { type Standing, STANDING_NAMES, standingSentence, together } from './standing';
import { STANDING_TYPES } from './standingTypes';

interface Row {
  key: string;
  standing: Standing;
  alarms: number;
  group?: Group;
  place?: PlaceFragment;
}

interface Props {
  groups: readonly Group[];
  standings: ReadonlyMap<string, Standing>;
  alarmsIn: (place: PlaceFragment) => number;
  loading: boolean;
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

function StandingCell({ standing }: { standing: Standing }) {
  if (standing.placed === 0) return <Box color="text-body-secondary">No service</Box>;
  return (
    <StatusIndicator type={STANDING_TYPES[standing.state]}>
      {standing.counts[standing.state] === standing.placed
        ? STANDING_NAMES[standing.state]
        : standingSentence(standing)}
    </StatusIndicator>
  );
}

function NameCell({ group, place }: { group: Group | undefined; place: PlaceFragment | undefined }) {
  if (place)
    return <RouteLink to={`/environments/${encodeURIComponent(place.name)}`}>{place.name}</RouteLink>;
  if (!group) return null;
  return (
    <>
      <Box variant="strong">{group.title}</Box>{' '}
      <Box variant="span" color="text-body-secondary">
        {group.detail}
      </Box>
    </>
  );
}

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name',
    header: 'Environment',
    isRowHeader: true,
    minWidth: 200,
    cell: ({ group, place }) => <NameCell group={group} place={place} />,
  },
  {
    id: 'state',
    header: 'Latest deployments',
    minWidth: 170,
    cell: ({ standing }) => <StandingCell standing={standing} />,
  },
  { id: 'services', header: 'Services', cell: ({ standing }) => standing.placed },
  {
    id: 'alarms',
    header: 'Alarms',
    cell: ({ alarms }) =>
      alarms === 0 ? '–' : <StatusIndicator type="error">{`${alarms} in alarm`}</StatusIndicator>,
  },
  {
    id: 'wave',
    header: 'Wave',
    cell: ({ place, group }) =>
      place ? place.wave.name : group && countSentence(group.places.length, group.places.length),
  },
  {
    id: 'account',
    header: 'Account',
    minWidth: 130,
    cell: ({ place }) => place && <span title={place.account.awsId}>{place.account.name}</span>,
  },
  { id: 'region', header: 'Region', minWidth: 130, cell: ({ place }) => place && place.region.name },
  {
    id: 'time',
    header: 'Time there',
    minWidth: 120,
    cell: ({ place }) => place && <LocalTime zone={place.region.timeZone} />,
  },
];

/** Environments under what they have in common; which groups are closed is in the address. */
export function PlacesTable({ groups, standings, alarmsIn, loading, parameters, change }: Props) {
  const closed = new Set(listOf(parameters.get('closed')));
  const rowOf = (place: PlaceFragment): Row => ({
    key: place.name,
    standing: standings.get(place.name) ?? together([]),
    alarms: alarmsIn(place),
    place,
  });
  const rows: Row[] = groups.map((group) => ({
    key: `group ${group.key}`,
    standing: group.standing,
    alarms: group.places.reduce((sum, place) => sum + alarmsIn(place), 0),
    group,
  }));
  return (
    <Table
      items={rows}
      trackBy="key"
      columnDefinitions={COLUMNS}
      variant="embedded"
      stickyColumns={{ first: 1 }}
      loading={loading}
      loadingText="Asking where everything runs"
      ariaLabels={{
        tableLabel: 'Environments',
        expandButtonLabel: (row) => `Show the environments of ${row.group?.title ?? ''}`,
        collapseButtonLabel: (row) => `Hide the environments of ${row.group?.title ?? ''}`,
      }}
      expandableRows={{
        getItemChildren: ({ group }) => group?.places.map(rowOf) ?? [],
        isItemExpandable: ({ group }) => group !== undefined,
        expandedItems: rows.filter(({ group }) => group !== undefined && !closed.has(group.key)),
        onExpandableItemToggle: ({ detail: { item, expanded } }) => {
          const key = item.group?.key ?? '';
          const next = expanded ? [...closed].filter((each) => each !== key) : [...closed, key];
          change({ closed: next.join(',') });
        },
      }}
      empty={
        <Empty
          title="No environment meets these filters"
          action={<Button onClick={() => change(NO_FILTERS)}>Show all</Button>}
        >
          Take one of them away, or show all environments.
        </Empty>
      }
    />
  );
}
