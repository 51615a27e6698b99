import type { CombinedError } from '@urql/core';

/**
 * What stands between a person and an answer.
 *
 * unreachable  no answer: the service, or the way to it, is down
 * signed-out   who asks is not known (any more): log in again
 * forbidden    who asks may not
 * mismatch     the page and the service are of different versions: load the page again
 * failed       the service could not; `detail` has its trace id
 */
export type ProblemKind = 'unreachable' | 'signed-out' | 'forbidden' | 'mismatch' | 'failed';

export interface Problem {
  kind: ProblemKind;
  sentence: string;
  remedy: string;
  detail: string | undefined;
}

const SIGNED_OUT = new Set(['UNAUTHENTICATED', 'TOKEN_EXPIRED']);

function statusOf(error: CombinedError): number | undefined {
  return (error.response as Response | undefined)?.status;
}

function codes(error: CombinedError): Set<unknown> {
  return new Set(error.graphQLErrors.map(({ extensions }) => extensions['code']));
}

function meets(found: Set<unknown>, wanted: Set<string>): boolean {
  return [...found].some((code) => typeof code === 'string' && wanted.has(code));
}

/** A document that does not fit the service's schema is answered by 400, with errors that have no code of ours. */
function isOfAnotherVersion(error: CombinedError): boolean {
  const uncoded = error.graphQLErrors.some(({ extensions }) => extensions['code'] === undefined);
  return uncoded && error.graphQLErrors.every(({ path }) => path === undefined);
}

/** Reads what went wrong out of an answer, so that every view says it in the same words. */
export function problemOf(error: CombinedError): Problem {
  const found = codes(error);
  const status = statusOf(error);
  const detail = error.graphQLErrors.map(({ message }) => message).join('; ') || undefined;
  if (status === 401 || meets(found, SIGNED_OUT)) {
    return {
      kind: 'signed-out',
      sentence: 'You are not signed in any more.',
      remedy: 'Sign in again, then try once more: what you typed is kept on this page.',
      detail,
    };
  }
  if (status === 403 || found.has('FORBIDDEN')) {
    return {
      kind: 'forbidden',
      sentence: detail ?? 'Your role does not allow this.',
      remedy: 'Ask somebody who looks after Interlock for a role that does.',
      detail: undefined,
    };
  }
  if (isOfAnotherVersion(error)) {
    return {
      kind: 'mismatch',
      sentence: 'This page and the service are of different versions.',
      remedy: 'Load the page again to get the one that belongs to the service.',
      detail,
    };
  }
  if (error.networkError || status === 502 || status === 503 || status === 504) {
    return {
      kind: 'unreachable',
      sentence: 'The service does not answer.',
      remedy: 'What is shown is what was last known. The page goes on by itself when the service is back.',
      detail: error.networkError?.message ?? (status === undefined ? undefined : `HTTP ${status}`),
    };
  }
  return {
    kind: 'failed',
    sentence: detail ?? 'The service could not answer.',
    remedy: 'Try once more; if it stays, give what is below to whoever looks after Interlock.',
    detail: error.graphQLErrors.map(({ extensions }) => extensions['traceId']).join(', ') || undefined,
  };
}
