import { Client, fetchExchange } from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';

import { graphUrl, subscriptionUrl } from '../endpoint';
import { named } from './named';
import { Slowness } from './slowness';

/** What is known of answers that are late. */
export const slowness = new Slowness();

/** Queries and mutations. It keeps no answers: urql's own cache never forgets one. */
export const graph = new Client({
  url: graphUrl,
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetch: named(slowness.fetch),
  fetchOptions: { credentials: 'same-origin' },
});

/** The socket of subscriptions. Who reconnects, and from where, is the live log's own affair. */
export function socket(on: { connected: () => void; closed: () => void }): SocketClient {
  return createClient({ url: subscriptionUrl, retryAttempts: 0, lazy: true, on, keepAlive: 20_000 });
}
