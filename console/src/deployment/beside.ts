/** A deployment of the same service to the same environment. */
export interface Neighbour {
  id: string;
  status: string;
  revision: string | null;
}

export interface Page {
  nodes: readonly Neighbour[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface Beside {
  /** The one before it in time. */
  previous: Neighbour | undefined;
  /** The one after it. */
  next: Neighbour | undefined;
}

/** Its neighbours among deployments, the newest first; nothing where a further page is needed to know. */
export function besideIn(nodes: readonly Neighbour[], id: string, hasMore: boolean): Beside | undefined {
  const at = nodes.findIndex((each) => each.id === id);
  const isKnown = at >= 0 && (at < nodes.length - 1 || !hasMore);
  if (!isKnown) return undefined;
  return { next: nodes[at - 1], previous: nodes[at + 1] };
}

const MOST_PAGES = 20;

/** Looks through further pages; nothing where it is not among the first two thousand. */
export async function findBeside(
  first: Page,
  id: string,
  ask: (after: string) => Promise<Page | undefined>,
): Promise<Beside | undefined> {
  let nodes = [...first.nodes];
  let { hasNextPage, endCursor } = first.pageInfo;
  for (let pages = 1; pages < MOST_PAGES; pages += 1) {
    const found = besideIn(nodes, id, hasNextPage);
    if (found !== undefined || !hasNextPage || endCursor === null) return found;
    const page = await ask(endCursor);
    if (page === undefined) return undefined;
    nodes = [...nodes.slice(-2), ...page.nodes];
    ({ hasNextPage, endCursor } = page.pageInfo);
  }
  return undefined;
}
