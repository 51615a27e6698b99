/** Why somebody who wanted to sign in is not: words that the service puts behind `#sign-in=`. */
const WHY = {
  denied: {
    sentence: 'You did not agree.',
    remedy: 'Nobody is signed in until the single sign-on may tell Interlock who they are.',
  },
  stale: {
    sentence: 'That sign-in was over.',
    remedy: 'It was begun in another browser, or more than ten minutes ago. Sign in once more.',
  },
  refused: {
    sentence: 'The answer of the single sign-on was not accepted.',
    remedy: 'Try once more; if it stays, the service’s log says why to whoever looks after Interlock.',
  },
  away: {
    sentence: 'The single sign-on does not answer.',
    remedy: 'Try again in a minute.',
  },
} as const;

export type Why = keyof typeof WHY;

/** What the service says in the address to which it leads whoever is not signed in. */
export interface Returned {
  why: Why | undefined;
  next: string | undefined;
}

/** A path of this service; nothing for what would lead to another site. */
function ownPath(given: string | null): string | undefined {
  return given !== null && /^\/(?![/\\])[!-[\]-~]*$/.test(given) ? given : undefined;
}

/** Reads it; nothing of an address without it. */
export function returned(hash: string): Returned | undefined {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const why = said.get('sign-in');
  if (why === null) return undefined;
  return { why: Object.hasOwn(WHY, why) ? (why as Why) : undefined, next: ownPath(said.get('next')) };
}

/** What is said of it. */
export function saidOf(why: Why): { sentence: string; remedy: string } {
  return WHY[why];
}

/** Where to sign in, to come back to this address of the console. */
export function loginAddress(
  page: string,
  place: { pathname: string; search: string; hash: string },
): string {
  const back = returned(place.hash);
  const next = back === undefined ? `${place.pathname}${place.search}` : (back.next ?? '/');
  return `${page}?next=${encodeURIComponent(next)}`;
}
