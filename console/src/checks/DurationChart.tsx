import './checks.css';

import { useWidth } from '../deployment/waterfall/useView';
import { absolute } from '../parts/time';
import { COLOURS } from './colours';
import { Dot } from './Dots';
import { durationsOf } from './durations';
import { seconds } from './words';
import type { Outcome } from './statistics';

const HEIGHT = 140;
const PAD = 10;

/** How long each run took, the newest on the right. The history below has the same as a table. */
export function DurationChart({ runs, words }: { runs: readonly Outcome[]; words: string }) {
  const [width, watchWidth] = useWidth();
  const { points, most } = durationsOf(runs, width, HEIGHT);
  if (points.length === 0) return <p>No run has ended yet: there is no duration to show.</p>;
  return (
    <div ref={watchWidth} style={COLOURS}>
      <svg className="durations" role="img" aria-label={words} viewBox={`0 0 ${width} ${HEIGHT + PAD * 2}`}>
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            className="durations-line"
            x1={0}
            x2={width}
            y1={PAD + share * HEIGHT}
            y2={PAD + share * HEIGHT}
          />
        ))}
        {points.map((point) => (
          <g key={point.id}>
            <title>{`${point.status} after ${seconds(point.seconds)}, ${absolute(Date.parse(point.at))}`}</title>
            <Dot point={{ ...point, y: point.y + PAD }} size={4} />
          </g>
        ))}
      </svg>
      <div className="durations-scale">
        <span>0 to {seconds(most)}; ● passed, ✕ failed, ○ no verdict</span>
        <span>the newest →</span>
      </div>
    </div>
  );
}
