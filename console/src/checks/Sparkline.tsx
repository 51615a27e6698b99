import './checks.css';

import { COLOURS } from './colours';
import { Dot } from './Dots';
import { durationsOf } from './durations';
import type { Outcome } from './statistics';

const WIDTH = 96;
const HEIGHT = 28;
const MOST = 24;

/** How long the last runs took, as a line of shapes; in words for who cannot see it. */
export function Sparkline({ runs, words }: { runs: readonly Outcome[]; words: string }) {
  const { points } = durationsOf(runs, WIDTH, HEIGHT - 8, MOST);
  if (points.length === 0) return <>–</>;
  const line = points.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${x} ${y + 4}`).join('');
  return (
    <svg className="sparkline" style={COLOURS} width={WIDTH} height={HEIGHT} role="img" aria-label={words}>
      <path d={line} fill="none" className="durations-line" />
      {points.map((point) => (
        <Dot key={point.id} point={{ ...point, y: point.y + 4 }} size={2.5} />
      ))}
    </svg>
  );
}
