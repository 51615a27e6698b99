const SIZE = 25;

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** What to ask for the page that the address names. The graph has the oldest first; a page is read backwards. */
export function askedPage(search: URLSearchParams): {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
} {
  const after = search.get('after');
  const before = search.get('before');
  if (after) return { first: SIZE, after };
  return before ? { last: SIZE, before } : { last: SIZE };
}

/** How the address changes to get to older and to newer runs; nothing where there are none. */
export function pagesBeside(
  search: URLSearchParams,
  { hasNextPage, hasPreviousPage, startCursor, endCursor }: PageInfo,
) {
  const isNewest = !search.get('after') && !search.get('before');
  const older = hasPreviousPage || search.get('after') ? (startCursor ?? undefined) : undefined;
  const newer = !isNewest && (hasNextPage || search.get('before')) ? (endCursor ?? undefined) : undefined;
  return {
    older: older && { before: older, after: undefined },
    newer: newer && { after: newer, before: undefined },
  };
}
