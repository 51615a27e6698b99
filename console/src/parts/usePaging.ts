import { useState } from 'react';

export interface Paging {
  /** What the page begins after; null for the first. */
  after: string | null;
  number: number;
  /** Goes on behind the cursor with which the shown page ends. */
  next: (endCursor: string | null | undefined) => void;
  previous: () => void;
}

/** A walk through a connection by its cursors. Another `about` begins at the first page. */
export function usePaging(about: string): Paging {
  const [walk, setWalk] = useState<{ about: string; cursors: string[] }>({ about, cursors: [] });
  const cursors = walk.about === about ? walk.cursors : [];
  return {
    after: cursors.at(-1) ?? null,
    number: cursors.length + 1,
    next: (endCursor) => {
      if (endCursor) setWalk({ about, cursors: [...cursors, endCursor] });
    },
    previous: () => setWalk({ about, cursors: cursors.slice(0, -1) }),
  };
}
