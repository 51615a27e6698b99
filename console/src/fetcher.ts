import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { type DocumentNode, Kind, parse } from 'graphql';

import { graphUrl, subscriptionUrl } from './endpoint';

// With an address and not a client, the toolkit opens a socket per subscription and sends the tab's own
// headers with it: a token typed once is used for queries and subscriptions alike.
const send = createGraphiQLFetcher({ url: graphUrl, subscriptionUrl });

/** The document, or nothing for one that does not parse: the service says best what is wrong with it. */
function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** The operation to run: the one asked for if the document has it, else the document's only one. */
function operationIn(document: DocumentNode, asked: string | null | undefined): string | null {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const names = operations.map((operation) => operation.name?.value);
  return names.find((name) => name === asked) ?? (names.length === 1 ? names[0] : null) ?? null;
}

/**
 * Sends an operation, subscriptions over the socket.
 *
 * GraphiQL learns what a document holds 100 ms after it changed. Whoever switches tabs or pastes and runs at once
 * would have a subscription posted as the previous tab's query, so the document is read again as it is sent.
 */
export const fetcher: Fetcher = (parameters, options) => {
  const document = parsed(parameters.query);
  if (document === undefined) return send(parameters, options);
  const operationName = operationIn(document, parameters.operationName);
  return send({ ...parameters, operationName }, { ...options, documentAST: document });
};
