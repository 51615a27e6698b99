import {
  type AnyVariables,
  type Client,
  createRequest,
  type OperationResult,
  type TypedDocumentNode,
} from '@urql/core';

let asked = 0;

/**
 * Asks the service, now.
 *
 * Each question has a key of its own. urql gives two equal questions one answer, that of the first: whoever asks again
 * because something has changed would be given what was true before.
 */
export function ask<Data, Variables extends AnyVariables>(
  graph: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<OperationResult<Data, Variables>> {
  asked += 1;
  const request = { ...createRequest<Data, Variables>(document, variables), key: asked };
  return graph.executeQuery<Data, Variables>(request, { requestPolicy: 'network-only' }).toPromise();
}
