import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { lazy, Suspense, useMemo } from 'react';
import { useNavigate } from 'react-router';

import { Empty } from '../parts/Empty';
import type { UrlChanges } from '../parts/url';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { regionsOf } from './onMap';
import { PlaceFilters } from './PlaceFilters';
import { choiceOf, chosen, countSentence, grouped } from './places';
import { PlacesTable } from './PlacesTable';
import type { Standing } from './standing';

const WorldMap = lazy(() => import('./WorldMap'));

interface Props {
  places: readonly PlaceFragment[];
  standings: ReadonlyMap<string, Standing>;
  alarmsIn: (place: PlaceFragment) => number;
  loading: boolean;
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

function NothingYet() {
  const navigate = useNavigate();
  return (
    <Empty
      title="There is no environment yet"
      action={<Button onClick={() => void navigate('/admin')}>Go to the configuration</Button>}
    >
      An environment is one account and Region in a wave of a stage. Register them one by one, or import the
      organisation's file.
    </Empty>
  );
}

/** The shared environments: a map of their Regions, and a table that says the same in words. */
export function Fleet({ places, standings, alarmsIn, loading, parameters, change }: Props) {
  const choice = choiceOf(parameters);
  const shown = chosen(places, choice);
  const onMap = useMemo(
    () => regionsOf(chosen(places, { ...choiceOf(parameters), region: null }), standings, alarmsIn),
    [places, parameters, standings, alarmsIn],
  );
  const withMap = parameters.get('map') !== 'off';
  if (!loading && places.length === 0) return <NothingYet />;
  return (
    <SpaceBetween size="l">
      <PlaceFilters
        places={places}
        choice={choice}
        change={change}
        counted={loading ? '' : countSentence(shown.length, places.length)}
      />
      <Container
        header={
          <Header
            variant="h2"
            description="Choose a Region to see it alone. The table below says the same in words."
            actions={
              <Button
                variant="inline-link"
                ariaExpanded={withMap}
                onClick={() => change({ map: withMap ? 'off' : undefined })}
              >
                {withMap ? 'Hide the map' : 'Show the map'}
              </Button>
            }
          >
            Regions
          </Header>
        }
      >
        {withMap && (
          <Suspense fallback={<div className="map-loading" aria-busy="true" />}>
            <WorldMap regions={onMap} chosen={choice.region} parameters={parameters} />
          </Suspense>
        )}
      </Container>
      <PlacesTable
        groups={grouped(shown, choice.group, standings)}
        standings={standings}
        alarmsIn={alarmsIn}
        loading={loading}
        parameters={parameters}
        change={change}
      />
    </SpaceBetween>
  );
}
