import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** What a view keeps in its address; `undefined` and the empty text take a parameter out. */
export type UrlChanges = Record<string, string | undefined>;

/** The parameters after some changes; others stay. */
export function changed(parameters: URLSearchParams, changes: UrlChanges): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** The address that leads to this view after some changes: for links. */
export function searchOf(parameters: URLSearchParams, changes: UrlChanges): string {
  return `?${changed(parameters, changes).toString()}`;
}

/** One of the allowed values, or the first of them: an address may say anything. */
export function oneOf<Value extends string>(given: string | null, allowed: readonly Value[]): Value {
  return allowed.find((each) => each === given) ?? allowed[0]!;
}

/** A list in one parameter. */
export function listOf(given: string | null): string[] {
  return given === null || given === '' ? [] : given.split(',');
}

/** The address's parameters, and how to change some of them without a new entry in the history. */
export function useUrl(): [URLSearchParams, (changes: UrlChanges) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (changes: UrlChanges) => setParameters((before) => changed(before, changes), { replace: true }),
    [setParameters],
  );
  return [parameters, change];
}
