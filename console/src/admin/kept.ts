const PREFIX = 'interlock.draft.';

/** What was typed and not saved, as the tab keeps it over a reload. */
export interface Kept<Content> {
  /** When it was typed, in milliseconds since 1970. */
  at: number;
  content: Content;
}

/** Reads what was kept under a name; nothing where that cannot be read (any more). */
export function kept<Content>(name: string, store: Storage = sessionStorage): Kept<Content> | undefined {
  try {
    const found = JSON.parse(store.getItem(PREFIX + name) ?? 'null') as Kept<Content> | null;
    return found !== null && typeof found.at === 'number' && found.content !== undefined ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it. A full or forbidden store is no reason to stop typing: it says false. */
export function keep(name: string, content: unknown, at: number, store: Storage = sessionStorage): boolean {
  try {
    store.setItem(PREFIX + name, JSON.stringify({ at, content }));
    return true;
  } catch {
    return false;
  }
}

/** Forgets it. */
export function forget(name: string, store: Storage = sessionStorage): void {
  try {
    store.removeItem(PREFIX + name);
  } catch {
    // nothing was kept then
  }
}
