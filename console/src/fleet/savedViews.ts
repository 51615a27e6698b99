import { readStored, store } from '../parts/storage';

/** A view of the fleet under a name: an address's search. */
export interface SavedView {
  name: string;
  search: string;
}

const KEY = 'interlock.fleet.views';

function isView(value: unknown): value is SavedView {
  const { name, search } = (value ?? {}) as Partial<SavedView>;
  return typeof name === 'string' && name !== '' && typeof search === 'string' && /^(\?.*)?$/.test(search);
}

/** The views that this browser keeps; none where it keeps nothing, or something else. */
export function readViews(): SavedView[] {
  try {
    const kept: unknown = JSON.parse(readStored(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView).reduce<SavedView[]>(withView, []) : [];
  } catch {
    return [];
  }
}

/** Keeps them. False where the browser does not allow it: a private window, or no room. */
export function writeViews(views: readonly SavedView[]): boolean {
  return store(KEY, JSON.stringify(views));
}

/** With this view, in the order of names; one of the same name is replaced. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...withoutView(views, view.name), view].sort((one, other) => one.name.localeCompare(other.name));
}

export function withoutView(views: readonly SavedView[], name: string): SavedView[] {
  return views.filter((view) => view.name !== name);
}
