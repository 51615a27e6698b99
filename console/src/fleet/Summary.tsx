import type { Standing } from './cells';
import type { Counts, Filters } from './filters';
import { Glyph } from './Glyph';
import type { SetFilters } from './useFilters';

interface Tile {
  count: keyof Counts;
  sign: Standing | undefined;
  pressed: (filters: Filters) => boolean;
  press: (filters: Filters) => Partial<Filters>;
}

function ofStatus(status: string): Pick<Tile, 'pressed' | 'press'> {
  const pressed = (filters: Filters): boolean => filters.status.includes(status);
  return {
    pressed,
    press: (filters) => ({
      status: pressed(filters)
        ? filters.status.filter((each) => each !== status)
        : [...filters.status, status],
    }),
  };
}

const TILES: readonly Tile[] = [
  { count: 'deploying', sign: 'deploying', ...ofStatus('IN_PROGRESS') },
  {
    count: 'failing',
    sign: 'failing',
    pressed: ({ failing }) => failing,
    press: ({ failing }) => ({ failing: !failing }),
  },
  { count: 'waiting', sign: 'waiting', ...ofStatus('PENDING') },
  {
    count: 'behind',
    sign: undefined,
    pressed: ({ behind }) => behind,
    press: ({ behind }) => ({ behind: !behind }),
  },
];

interface Props {
  counts: Counts;
  filters: Filters;
  setFilters: SetFilters;
}

/** How many deploy, fail, wait and are behind. Each number shows only those when it is pressed. */
export function Summary({ counts, filters, setFilters }: Props) {
  return (
    <div
      className="fleet-summary"
      role="group"
      aria-label="Deployments in what is shown; press one to see only those"
    >
      {TILES.map(({ count, sign, pressed, press }) => (
        <button
          key={count}
          type="button"
          aria-pressed={pressed(filters)}
          className={counts[count] > 0 ? `fleet-tile ${count}` : 'fleet-tile'}
          onClick={() => setFilters(press(filters))}
        >
          <span className="fleet-count">{counts[count]}</span>
          <span className="fleet-counted">
            {sign !== undefined && <Glyph standing={sign} />}
            {count}
          </span>
        </button>
      ))}
    </div>
  );
}
