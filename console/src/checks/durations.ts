import { type Outcome, secondsOf } from './statistics';

export interface Point {
  id: string;
  x: number;
  y: number;
  status: Outcome['status'];
  seconds: number;
  at: string;
}

export interface Durations {
  points: readonly Point[];
  /** The largest, at the top. */
  most: number;
}

/** Ended runs from left to right by their order, not their times: gaps between executions say nothing of the check. */
export function durationsOf(
  newestFirst: readonly Outcome[],
  width: number,
  height: number,
  most = Infinity,
): Durations {
  const ended = newestFirst
    .filter(({ status }) => status !== 'CANCELLED')
    .flatMap((run) => {
      const seconds = secondsOf(run);
      return seconds === undefined ? [] : [{ run, seconds }];
    })
    .slice(0, most)
    .toReversed();
  const top = Math.max(1, ...ended.map(({ seconds }) => seconds));
  const step = width / Math.max(1, ended.length);
  return {
    most: top,
    points: ended.map(({ run, seconds }, place) => ({
      id: run.id,
      x: step * (place + 0.5),
      y: height - (seconds / top) * height,
      status: run.status,
      seconds,
      at: run.startedAt,
    })),
  };
}
