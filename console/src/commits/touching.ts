import type { LoggedEvent } from '../graph/live';

const MOVES = new Set([
  'deployment.changed',
  'execution.changed',
  'stage.changed',
  'decision.made',
  'wave.concluded',
  'service.placed',
]);

/** A hold, a freeze, or an override that lets something pass, changes when anything is expected. */
const FOR_ALL = /^(configuration\.changed$|override\.)/;

/** What moves is asked for again; while nothing is found, a commit that comes may be it. */
export function touchesAny(services: readonly string[]): (event: LoggedEvent) => boolean {
  return ({ type, payload }) =>
    services.length === 0
      ? type === 'execution.changed'
      : FOR_ALL.test(type) || (MOVES.has(type) && services.includes(String(payload['service'])));
}
