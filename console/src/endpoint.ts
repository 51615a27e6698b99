/** The graph on the origin that served the page: HTTP for queries and mutations. */
export const graphUrl = new URL('/graphql', window.location.href).href;

/** The same path over graphql-transport-ws, for subscriptions; ws beside http, wss beside https. */
export const subscriptionUrl = graphUrl.replace(/^http/, 'ws');
