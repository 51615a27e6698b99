import { BarShape } from './Patterns';
import { STATE_WORDS } from './spans';
import type { SpanState } from './tree';

/** What the patterns mean, and which keys there are. */
export function Legend({ prefix }: { prefix: string }) {
  return (
    <>
      <ul className="waterfall-legend">
        {(Object.keys(STATE_WORDS) as SpanState[]).map((state) => (
          <li key={state}>
            <svg width="26" height="14" aria-hidden="true">
              <BarShape state={state} x={1} y={1} width={24} height={12} prefix={prefix} />
            </svg>
            {STATE_WORDS[state].join(' ')}
          </li>
        ))}
      </ul>
      <p className="waterfall-legend">
        Keys: arrows move, open and close; Enter shows more; + and − zoom, Shift with an arrow moves along the
        time, F fits the row, 0 shows all of it. Drag over the bars to zoom to a part; Ctrl and the wheel zoom
        too.
      </p>
    </>
  );
}
