import type { Standing } from './cells';

/** Shapes that differ without their colours. Drawn here, as hundreds of them are on a screen at once. */
const SHAPES: Record<Standing, string> = {
  deploying: 'M8 1a7 7 0 1 0 7 7h-2a5 5 0 1 1-5-5zM8 5l4-3.5L8-2z',
  waiting:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zM7 4.500h2V8l2 2-1.300 1.300L7 8.700z',
  failing: 'M8 0l8 15H0zM7 5v5h2V5zm0 6.200v2h2v-2z',
  stopped: 'M2 2h12v12H2zm2 2v8h8V4z',
  resting: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM7 11.300L3.700 8l1.300-1.300 2 2 4-4L12.300 6z',
  empty: 'M4 7h8v2H4z',
};

/** The sign of a standing; what it means is always said beside it. */
export function Glyph({ standing }: { standing: Standing }) {
  return (
    <svg className={`fleet-glyph ${standing}`} viewBox="-1 -2 18 18" aria-hidden="true">
      <path d={SHAPES[standing]} fillRule="evenodd" />
    </svg>
  );
}
