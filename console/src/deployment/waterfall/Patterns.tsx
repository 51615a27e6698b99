import type { SpanState } from './tree';

const HATCHED: Partial<Record<SpanState, string>> = {
  failed: 'M0 8 8 0',
  running: 'M3 0V8',
  warned: 'M0 8 8 0M0 0 8 8',
};

/** The patterns of bars, so that their states are told apart without colours. Drawn once, in the chart's SVG. */
export function Patterns({ prefix }: { prefix: string }) {
  return (
    <defs>
      {Object.entries(HATCHED).map(([state, path]) => (
        <pattern
          key={state}
          id={`${prefix}-${state}`}
          width="8"
          height="8"
          patternUnits="userSpaceOnUse"
          className={`bar-${state}`}
        >
          <rect width="8" height="8" fill="currentColor" opacity={state === 'failed' ? 0.75 : 0.35} />
          <path d={path} stroke="currentColor" strokeWidth={state === 'failed' ? 3 : 2} />
        </pattern>
      ))}
    </defs>
  );
}

interface Props {
  state: SpanState;
  x: number;
  y: number;
  width: number;
  height: number;
  prefix: string;
}

/** A bar in the pattern of its state: waits are a line, what was not finished is empty. */
export function BarShape({ state, x, y, width, height, prefix }: Props) {
  if (state === 'waiting') {
    const middle = y + height / 2;
    return (
      <path
        className="bar-waiting"
        d={`M${x} ${middle}H${x + width}`}
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray="2 4"
      />
    );
  }
  const fill =
    state in HATCHED ? `url(#${prefix}-${state})` : state === 'succeeded' ? 'currentColor' : 'none';
  return (
    <rect
      className={`bar-${state}`}
      {...{ x, y, width, height, fill }}
      rx="2"
      stroke="currentColor"
      strokeDasharray={state === 'cancelled' ? '3 2' : undefined}
    />
  );
}
