import { documentIds } from './documentIds.generated';

interface Body {
  query?: string;
  documentId?: string;
  operationName?: string;
}

/** What a service says that knows nothing of names. */
const OLDER = 'Send a JSON object with `query`, a string.';

/**
 * A `fetch` that names a document instead of sending it. The page and the service are of one release, but for the minutes
 * in which that changes: then the service knows no such document, and is sent it.
 */
export function named(
  fetcher: typeof fetch,
  ids: Readonly<Record<string, string>> = documentIds,
): typeof fetch {
  return async (input, init) => {
    const body: Body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Body) : {};
    const documentId = ids[body.operationName ?? ''];
    if (documentId === undefined) return fetcher(input, init);
    const { query: _, ...rest } = body;
    const answer = await fetcher(input, { ...init, body: JSON.stringify({ ...rest, documentId }) });
    return (await unknown(answer)) ? fetcher(input, init) : answer;
  };
}

/** Whether the service does not know the document. */
async function unknown(answer: Response): Promise<boolean> {
  if (answer.status !== 400) return false;
  const text = await answer.clone().text();
  return text.includes('"DOCUMENT_NOT_FOUND"') || text.includes(OLDER);
}
