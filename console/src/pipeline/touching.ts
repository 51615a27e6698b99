import type { LoggedEvent } from '../graph/live';

const EVERYBODYS = /^(configuration\.changed|override\.|incident\.)/;

/** Whether an event may change what is known of a service's pipeline. */
export function touchesPipeline(service: string): (event: LoggedEvent) => boolean {
  return ({ type, payload }) => payload['service'] === service || EVERYBODYS.test(type);
}

/** Whether an event may change what is known of one execution. */
export function touchesRun(executionId: string): (event: LoggedEvent) => boolean {
  return ({ type, payload }) => payload['executionId'] === executionId || type === 'override.used';
}

const PLANNED = /^(configuration\.changed|service\.placed|pipeline\.(registered|stale|current))$/;

/** Whether an event may change a plan. */
export function touchesPlan({ type }: LoggedEvent): boolean {
  return PLANNED.test(type);
}

const LISTED = /^(execution|stage|deployment)\.changed$|^pipeline\.|^configuration\.changed$/;

/** Whether an event may change the list of pipelines. */
export function touchesList({ type }: LoggedEvent): boolean {
  return LISTED.test(type);
}
