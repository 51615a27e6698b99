import './environments.css';

import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { print } from 'graphql';
import { useMemo } from 'react';

import { word } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import { TAB_WORDS } from '../parts/tabWords';
import { oneOf, useUrl } from '../parts/url';
import { cellsOf, touchesPlaces, touchesStandings } from './cells';
import { AlarmsThatRingDocument, type PlaceFragment, PlacesDocument } from './EnvironmentsView.generated';
import { Fleet } from './Fleet';
import { alarmCounter } from './onMap';
import { countSentence } from './places';
import { StandingsDocument } from './standing.generated';
import { standingsOf } from './standing';
import { TestEnvironments } from './TestEnvironments';

const NO_PLACES: readonly PlaceFragment[] = [];

function commandFor(stage: string | null, region: string | null, account: string | null): string {
  const options = { stage, region, account };
  const said = Object.entries(options).flatMap(([name, value]) =>
    value ? [`--${name} ${word(value)}`] : [],
  );
  return ['interlock environments', ...said].join(' ');
}

/** Where everything runs, and developers' own environments. */
export default function EnvironmentsView() {
  const [parameters, change] = useUrl();
  const places = useLive(PlacesDocument, {}, { touches: touchesPlaces });
  const cells = useLive(StandingsDocument, {}, { touches: touchesStandings });
  const alarms = useLive(AlarmsThatRingDocument, {}, { touches: ({ type }) => type === 'alarm.changed' });
  const standings = useMemo(() => standingsOf(cellsOf(cells.data)), [cells.data]);
  const alarmsIn = useMemo(() => alarmCounter(alarms.data?.alarms.nodes ?? []), [alarms.data]);
  const all = places.data?.environments.nodes ?? NO_PLACES;
  const shared = useMemo(() => all.filter(({ kind }) => kind === 'SHARED'), [all]);
  const own = useMemo(() => all.filter(({ kind }) => kind === 'TEST'), [all]);
  const tab = oneOf(parameters.get('tab'), ['fleet', 'test']);
  const total = places.data?.environments.totalCount;
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title="Environments"
        description="Where everything runs, and developers' own test environments."
        equivalent={{
          command: commandFor(parameters.get('stage'), parameters.get('region'), parameters.get('account')),
          document: print(PlacesDocument),
        }}
      />
      <Trouble problem={places.problem} onRetry={places.refresh} />
      <Trouble problem={places.problem ? undefined : cells.problem} onRetry={cells.refresh} />
      {total !== undefined && total > all.length && (
        <Container header={<Header variant="h2">Not everything is shown</Header>}>
          {countSentence(all.length, total)}: the first by name. Ask for the others in GraphQL.
        </Container>
      )}
      <Tabs
        activeTabId={tab}
        i18nStrings={TAB_WORDS}
        ariaLabel="Kinds of environments"
        onChange={({ detail }) => change({ tab: detail.activeTabId === 'test' ? 'test' : undefined })}
        tabs={[
          {
            id: 'fleet',
            label: 'The fleet',
            content: (
              <Fleet
                places={shared}
                standings={standings}
                alarmsIn={alarmsIn}
                loading={places.loading}
                parameters={parameters}
                change={change}
              />
            ),
          },
          {
            id: 'test',
            label: places.data ? `Test environments (${own.length})` : 'Test environments',
            content: <TestEnvironments own={own} shared={shared} live={places} />,
          },
        ]}
      />
    </SpaceBetween>
  );
}
