import { Link } from 'react-router';

import { Glyph } from '../fleet/Glyph';
import type { Standing } from '../fleet/cells';
import { useNow } from '../graph/service';
import { Moment } from '../parts/Moment';
import {
  isThere,
  journeyOf,
  moment,
  type RevisionPlace,
  stateOf,
  type WaveOfJourney,
  type Zones,
} from './journey';

const SIGNS: Record<RevisionPlace['state'], Standing> = {
  REACHED: 'resting',
  CONTAINED: 'resting',
  DEPLOYING: 'deploying',
  COMING: 'waiting',
  NOT_COMING: 'stopped',
};

const NAMES: Record<RevisionPlace['state'], string> = {
  REACHED: 'Reached',
  CONTAINED: 'In a newer commit',
  DEPLOYING: 'Deploying',
  COMING: 'Coming',
  NOT_COMING: 'Not coming',
};

function When({ place, zone, now }: { place: RevisionPlace; zone: string | undefined; now: number }) {
  const { state, at, expectedAt } = place;
  if (isThere(place) || (state === 'DEPLOYING' && expectedAt === null)) {
    return at === null ? null : (
      <>
        {' '}
        <Moment at={at} zone={zone} />
      </>
    );
  }
  if (expectedAt === null || state === 'NOT_COMING') return null;
  return (
    <>
      , expected{' '}
      <time className="moment" dateTime={expectedAt} title={zone}>
        {moment(expectedAt, now, zone)}
      </time>
    </>
  );
}

function Place({ place, zone, now }: { place: RevisionPlace; zone: string | undefined; now: number }) {
  const { environment, state, sentence, deploymentId } = place;
  const to =
    deploymentId === null
      ? `/environments/${encodeURIComponent(environment)}`
      : `/deployments/${encodeURIComponent(deploymentId)}`;
  return (
    <li className={`journey-place ${SIGNS[state]}`}>
      <Glyph standing={SIGNS[state]} />
      <Link to={to}>{environment}</Link>
      <span className="journey-when">
        {NAMES[state]}
        <When place={place} zone={zone} now={now} />
      </span>
      {!isThere(place) && <span className="journey-why">{sentence}</span>}
    </li>
  );
}

function Wave({ wave, zones, now }: { wave: WaveOfJourney; zones: Zones; now: number }) {
  return (
    <li className="journey-wave">
      <span className="journey-name">{wave.wave}</span>
      <ul>
        {wave.places.map((place) => (
          <Place key={place.environment} place={place} zone={zones.get(place.region)} now={now} />
        ))}
      </ul>
    </li>
  );
}

/** A line through stages and waves: where a revision is, deploys, comes, and does not come. */
export function Journey({ places, zones }: { places: readonly RevisionPlace[]; zones: Zones }) {
  const now = useNow(10_000);
  return (
    <ol className="journey">
      {journeyOf(places).map(({ stage, waves }) => (
        <li key={stage} className="journey-stage">
          <span className="journey-title">
            <Glyph standing={SIGNS[stateOf(waves.flatMap(({ places }) => places))]} />
            {stage}
          </span>
          <ol>
            {waves.map((wave) => (
              <Wave key={wave.wave} wave={wave} zones={zones} now={now} />
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}
