import { createClient } from 'graphql-ws';

import countsDocument from './documents/landing_counts.graphql?raw';
import eventsDocument from './documents/landing_events.graphql?raw';
import { graphUrl, subscriptionUrl } from './endpoint';

type Counts = Record<string, { totalCount: number }>;
type LoggedEvent = { cursor: string; time: string; type: string; actor: string | null; subjectType: string };
type Link = 'waiting' | 'live' | 'lost';

const SHOWN_EVENTS = 8;
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

async function count(): Promise<void> {
  const response = await fetch(graphUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: countsDocument, operationName: 'LandingCounts' }),
  });
  const { data } = (await response.json()) as { data?: Counts | null };
  for (const cell of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const total = data?.[cell.dataset['count'] ?? '']?.totalCount;
    cell.textContent = total === undefined ? '–' : total.toLocaleString('en');
  }
}

/** A failed count leaves the dashes or the last numbers; the link's own state says that the service is away. */
function recount(): void {
  count().catch((reason: unknown) => console.info('the counts could not be read', reason));
}

let recountPlanned = false;

/** A busy log sends hundreds of events a second; the numbers need one look a second. */
function planRecount(): void {
  if (recountPlanned) return;
  recountPlanned = true;
  window.setTimeout(() => {
    recountPlanned = false;
    recount();
  }, RECOUNT_MILLISECONDS);
}

function show(event: LoggedEvent): void {
  quiet.hidden = true;
  const time = document.createElement('time');
  time.dateTime = event.time;
  time.textContent = new Date(event.time).toLocaleTimeString('en-GB');
  const type = document.createElement('code');
  type.textContent = event.type;
  const what = document.createElement('span');
  what.textContent = `${event.subjectType}${event.actor ? ` by ${event.actor}` : ''}`;
  const row = document.createElement('li');
  row.append(time, type, what);
  list.prepend(row);
  while (list.children.length > SHOWN_EVENTS) list.lastElementChild?.remove();
}

function watch(): void {
  const client = createClient({
    url: subscriptionUrl,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    on: {
      connected: () => {
        say('live', 'live');
        recount();
      },
      closed: () => say('lost', 'connection lost, trying again'),
    },
  });
  // After a lost connection the client sends this same object again: the cursor in it resumes without a gap.
  const variables: { after?: string } = {};
  client.subscribe<{ events: LoggedEvent }>(
    { query: eventsDocument, operationName: 'LandingEvents', variables },
    {
      next: ({ data }) => {
        if (!data) return;
        variables.after = data.events.cursor;
        show(data.events);
        planRecount();
      },
      error: (reason) => {
        console.info('the subscription ended', reason);
        say('lost', 'not live: the service ended the subscription');
      },
      complete: () => say('lost', 'not live: the service ended the subscription'),
    },
  );
}

recount();
watch();
