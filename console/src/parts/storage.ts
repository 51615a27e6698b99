/** What this browser keeps under a name; nothing where it keeps nothing: its settings may forbid even to ask. */
export function readStored(name: string): string | null {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps it. False where the browser does not allow it: a private window, its settings, or no room. */
export function store(name: string, value: string): boolean {
  try {
    window.localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}
