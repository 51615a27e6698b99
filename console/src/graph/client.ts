import { Client, fetchExchange } from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';

import { graphUrl, subscriptionUrl } from '../endpoint';
import { named } from './named';
import { Login } from './login';
import { Slowness } from './slowness';

/** What is known of answers that are late. */
export const slowness = new Slowness();

/** What is known of who asks, and what the browser's other tabs say of it. */
export const login = new Login(
  typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('interlock.login'),
);

/** Queries and mutations. It keeps no answers: urql's own cache never forgets one. */
export const graph = new Client({
  url: graphUrl,
  exchanges: [fetchExchange],
  preferGetMethod: false,
  fetch: login.watched(named(slowness.fetch)),
  fetchOptions: { credentials: 'same-origin' },
});

/** The socket of subscriptions. Who reconnects, and from where, is the live log's own affair. */
export function socket(on: { connected: () => void; closed: (event: unknown) => void }): SocketClient {
  const closed = (event: unknown): void => {
    login.closed(event);
    on.closed(event);
  };
  return createClient({
    url: subscriptionUrl,
    retryAttempts: 0,
    lazy: true,
    on: { connected: on.connected, closed },
    keepAlive: 20_000,
  });
}
