import { createClient } from 'graphql-ws';

import eventsDocument from './documents/landing_events.graphql?raw';
import overviewDocument from './documents/landing_overview.graphql?raw';
import { graphUrl, subscriptionUrl } from './endpoint';

type LoggedEvent = {
  cursor: string;
  time: string;
  type: string;
  actor: string;
  subjectType: string;
  payload: Record<string, unknown>;
};
type Overview = { events: { nodes: LoggedEvent[] } } & Record<string, { totalCount?: number }>;
type Link = 'waiting' | 'live' | 'lost';

const SHOWN_EVENTS = 8; // as many as LandingOverview asks for
const RECOUNT_MILLISECONDS = 1000;

const live = find('#live');
const list = find('#events');
const quiet = find('#quiet');

function find(selector: string): HTMLElement {
  const element = document.querySelector<HTMLElement>(selector);
  if (element === null) throw new Error(`index.html lost its ${selector} element`);
  return element;
}

function say(state: Link, text: string): void {
  live.dataset['state'] = state;
  live.textContent = text;
}

/** Shows the numbers. A number that the service did not give is a dash. Returns the latest events, oldest first. */
async function look(): Promise<LoggedEvent[]> {
  const response = await fetch(graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: overviewDocument, operationName: 'LandingOverview' }),
  });
  const { data } = (await response.json()) as { data?: Overview | null };
  for (const cell of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const total = data?.[cell.dataset['count'] ?? '']?.totalCount;
    cell.textContent = total === undefined ? '–' : total.toLocaleString('en');
  }
  return data?.events.nodes ?? [];
}

/** A failed look leaves what is shown; the link's own state says that the service is away. */
async function lookQuietly(): Promise<LoggedEvent[]> {
  try {
    return await look();
  } catch (reason) {
    console.info('the numbers could not be read', reason);
    return [];
  }
}

let lookPlanned = false;

/** A busy log sends hundreds of events a second; the numbers need one look a second. */
function planLook(): void {
  if (lookPlanned) return;
  lookPlanned = true;
  window.setTimeout(() => {
    lookPlanned = false;
    void lookQuietly();
  }, RECOUNT_MILLISECONDS);
}

function cell(name: string, text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** What the event says of its subject: where, and the state it came to; else who did it to what. */
function about({ payload, subjectType, actor }: LoggedEvent): string {
  const text = (name: string): string | undefined =>
    typeof payload[name] === 'string' ? payload[name] : undefined;
  const where = ['pipeline', 'environment', 'stage', 'action', 'check', 'subject', 'name'].map(text);
  const named = where.filter((part) => part !== undefined).join(' / ');
  const state = text('status');
  return named ? `${named}${state ? ` is ${state}` : ''}` : `${subjectType} by ${actor}`;
}

function show(event: LoggedEvent): void {
  quiet.hidden = true;
  const time = cell('time', new Date(event.time).toLocaleTimeString('en-GB'));
  time.title = event.time;
  const what = cell('span', about(event));
  const row = document.createElement('li');
  row.append(time, cell('code', event.type), what);
  list.prepend(row);
  while (list.children.length > SHOWN_EVENTS) list.lastElementChild?.remove();
}

/** Whether the service let this page go for reading too slowly: behind its cursor it may come back at once. */
function isTooSlow(reason: unknown): boolean {
  const errors: { extensions?: { code?: unknown } }[] = Array.isArray(reason) ? reason : [];
  return errors.some(({ extensions }) => extensions?.code === 'TOO_SLOW');
}

/** Follows the log behind the cursor, or from now on; after a lost connection, from where it was. */
function follow(after: string | undefined): void {
  const client = createClient({
    url: subscriptionUrl,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    on: {
      connected: (_socket, _payload, wasRetry) => {
        say('live', 'live');
        if (wasRetry) planLook();
      },
      closed: () => say('lost', 'connection lost, trying again'),
    },
  });
  // The client sends this same object again when it reconnects: the cursor in it leaves no gap.
  const variables = { after };
  const subscribe = (): void => {
    client.subscribe<{ events: LoggedEvent }>(
      { query: eventsDocument, operationName: 'LandingEvents', variables },
      {
        next: ({ data }) => {
          if (!data) return;
          variables.after = data.events.cursor;
          show(data.events);
          planLook();
        },
        error: (reason) => {
          if (isTooSlow(reason)) {
            subscribe();
            return;
          }
          console.info('the subscription ended', reason);
          say('lost', 'not live: the service ended the subscription');
        },
        complete: () => say('lost', 'not live: the service ended the subscription'),
      },
    );
  };
  subscribe();
}

const latest = await lookQuietly();
latest.forEach(show);
follow(latest.at(-1)?.cursor);
