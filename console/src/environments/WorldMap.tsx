import './map.css';

import {
  colorBackgroundContainerContent,
  colorBorderDividerDefault,
  colorBorderItemFocused,
  colorTextBodyDefault,
} from '@cloudscape-design/design-tokens';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/land-110m.json';

import { searchOf } from '../parts/url';
import { LOOKS } from './look';
import { countSentence } from './places';
import { type Circle, type RegionOnMap, worldMap } from './projection';
import { STANDING_NAMES, STANDINGS, standingSentence } from './standing';

const topology = atlas as unknown as Topology<{ land: GeometryCollection }>;
const LAND = feature(topology, topology.objects.land);
const FIRST_WIDTH = 900;

interface Props {
  regions: readonly RegionOnMap[];
  /** The Region that alone is shown; all when there is none. */
  chosen: string | null;
  parameters: URLSearchParams;
}

/** The width of an element, whatever it becomes. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const observed = element.current;
    if (observed === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(240, Math.floor(entry.contentRect.width)));
    });
    observer.observe(observed);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

function sentenceOf({ name, description, environments, standing, alarms }: RegionOnMap): string {
  const ringing = alarms === 0 ? [] : [alarms === 1 ? '1 alarm' : `${alarms} alarms`];
  const parts = [countSentence(environments, environments), standingSentence(standing), ...ringing];
  return `${name}, ${description}: ${parts.join('; ')}`;
}

function Mark({ circle, chosen, to }: { circle: Circle; chosen: boolean; to: string }) {
  const { x, y, radius, standing, alarms } = circle;
  const { line, fill, sign } = LOOKS[standing.state];
  return (
    <Link to={to} className="region-mark" aria-current={chosen} aria-label={sentenceOf(circle)}>
      <title>{sentenceOf(circle)}</title>
      <circle
        className="focus-ring"
        cx={x}
        cy={y}
        r={radius + 4}
        style={{ stroke: colorBorderItemFocused }}
      />
      <circle cx={x} cy={y} r={radius} style={{ fill, stroke: line }} />
      <text className="sign" x={x} y={y} style={{ fill: line }}>
        {sign}
      </text>
      {alarms > 0 && (
        <text className="sign" x={x + radius} y={y - radius} style={{ fill: LOOKS.FAILED.line }}>
          ⚠
        </text>
      )}
    </Link>
  );
}

/** Every Region in which something runs, on a map of the world; the table below it says the same in words. */
export default function WorldMap({ regions, chosen, parameters }: Props) {
  const [element, width] = useWidth();
  const map = useMemo(() => worldMap(LAND, regions, width), [regions, width]);
  const halo = { fill: colorTextBodyDefault, stroke: colorBackgroundContainerContent };
  return (
    <div ref={element} className="world-map">
      <svg
        role="group"
        aria-label="Regions on a map of the world"
        viewBox={`0 0 ${map.width} ${map.height}`}
        style={{ height: map.height }}
      >
        <path aria-hidden="true" d={map.land} style={{ fill: colorBorderDividerDefault, fillOpacity: 0.5 }} />
        {map.labels.map(({ name, x, y }) => (
          <text key={name} aria-hidden="true" className="halo" x={x} y={y} style={halo}>
            {name}
          </text>
        ))}
        {map.circles.map((circle) => {
          const isChosen = circle.name === chosen;
          const region = isChosen ? undefined : circle.name;
          return (
            <Mark key={circle.name} circle={circle} chosen={isChosen} to={searchOf(parameters, { region })} />
          );
        })}
      </svg>
      <ul className="map-legend" aria-label="Signs">
        {STANDINGS.map((state) => (
          <li key={state}>
            <span aria-hidden="true" style={{ color: LOOKS[state].line, fontWeight: 700 }}>
              {LOOKS[state].sign}
            </span>
            {STANDING_NAMES[state]}
          </li>
        ))}
        <li>The larger, the more runs there</li>
        {map.elsewhere.length > 0 && (
          <li>Not on the map: {map.elsewhere.map(({ name }) => name).join(', ')}</li>
        )}
      </ul>
    </div>
  );
}
