import type { Client } from '@urql/core';
import { print } from 'graphql';
import type { Client as SocketClient } from 'graphql-ws';

import { HeadDocument, LiveEventsDocument, type LiveEventsSubscription } from './live.generated';

export type LoggedEvent = Omit<LiveEventsSubscription['events'], 'payload'> & {
  payload: Record<string, unknown>;
};

/**
 * The state of the connection, for a person to see.
 *
 * connecting  not yet, or again
 * live        what happens is shown as it happens
 * lost        the service is away; the page tries again, behind the last event that it saw
 * resting     the tab is hidden; it catches up when it is shown
 */
export type LinkState = 'connecting' | 'live' | 'lost' | 'resting';

export type Batch = readonly LoggedEvent[];
type Listener = (batch: Batch) => void;

const RETRY_FIRST = 500;
const RETRY_LAST = 15_000;
const REST_AFTER = 30_000;
/** A connection that held for so long was a good one: after its loss the next try comes soon. */
const STEADY = 5_000;
/** About a frame. Not a frame itself: a hidden tab has none, and what waits for one would grow without end. */
const FRAME = 16;
const LIVE_QUERY = print(LiveEventsDocument);

type OpenSocket = (on: { connected: () => void; closed: (event: unknown) => void }) => SocketClient;

/** The service's code for a socket whose session is to be looked at again: a new one does that, and may come at once. */
const AGAIN = 4403;

function codeOfClose(event: unknown): unknown {
  return (event as { code?: unknown } | undefined)?.code;
}

/** Whether the service let this page go for reading too slowly: behind its cursor it may come back at once. */
function codeOf(reason: unknown): unknown {
  const errors: { extensions?: { code?: unknown } }[] = Array.isArray(reason) ? reason : [];
  return errors[0]?.extensions?.code;
}

/**
 * The one subscription of a page: every event of the service's log, each once, in order, in batches of a frame.
 *
 * The cursor is taken before the first view asks anything (`ready`), so nothing falls between a view's answer and the
 * first event. After a loss it resumes behind the last event. Where that is not possible – the log is another one, or
 * the tab was hidden for long – it takes a new cursor and says `resync`: every view then asks anew.
 */
export class LiveLog {
  readonly ready: Promise<void>;
  private cursor: string | undefined;
  private current: LinkState = 'connecting';
  private socket: SocketClient | undefined;
  private buffer: LoggedEvent[] = [];
  private frame: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private hidden: ReturnType<typeof setTimeout> | undefined;
  private steady: ReturnType<typeof setTimeout> | undefined;
  private awake = 0;
  private generation = 0;
  private readonly listeners = new Set<Listener>();
  private readonly resyncs = new Set<() => void>();
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly graph: Client,
    private readonly open: OpenSocket,
  ) {
    this.ready = this.startOver(false);
    document.addEventListener('visibilitychange', () => this.visibilityChanged());
    this.visibilityChanged(); // a tab that is opened behind another one is hidden from the beginning
  }

  get state(): LinkState {
    return this.current;
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onResync(listener: () => void): () => void {
    this.resyncs.add(listener);
    return () => this.resyncs.delete(listener);
  }

  watchState(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Goes on in a hidden tab too, for who wants to be told news there, until the answer is called. */
  stayAwake(): () => void {
    this.awake += 1;
    return () => void (this.awake -= 1);
  }

  /** Tries at once, for somebody who does not want to wait. */
  tryNow(): void {
    if (this.current === 'lost') void this.connectAgain();
  }

  /** Without a cursor – the service was away when it was asked for – there is nothing to resume from. */
  private async connectAgain(): Promise<void> {
    if (this.cursor === undefined) await this.startOver(true);
    else this.connect();
  }

  /** Goes on from the log's head as it is now. What began meanwhile – another try, a rest – has the last word. */
  private async startOver(resync: boolean): Promise<void> {
    const generation = this.leave();
    this.cursor = undefined;
    this.say('connecting');
    const { data } = await this.graph.query(HeadDocument, {}, { requestPolicy: 'network-only' }).toPromise();
    if (generation !== this.generation) return;
    if (!data) return this.lost();
    this.cursor = data.logHead;
    this.connect();
    if (resync) for (const each of this.resyncs) each();
  }

  /** Ends what is under way; whatever of it still comes is another generation's, and not listened to. */
  private leave(): number {
    clearTimeout(this.retry);
    clearTimeout(this.steady);
    void this.socket?.dispose();
    this.socket = undefined;
    return ++this.generation;
  }

  private connect(): void {
    const generation = this.leave();
    const mine = (work: (said?: unknown) => void) => (said?: unknown) => {
      if (generation === this.generation) work(said);
    };
    this.say('connecting');
    this.socket = this.open({
      connected: mine(() => this.connected()),
      closed: mine((event) => this.closed(event)),
    });
    this.socket.subscribe<LiveEventsSubscription>(
      { query: LIVE_QUERY, operationName: 'LiveEvents', variables: { after: this.cursor } },
      {
        next: ({ data }) => {
          if (data && generation === this.generation) this.take(data.events as LoggedEvent);
        },
        error: mine((reason) => this.refused(reason)),
        complete: mine(() => this.lost()),
      },
    );
  }

  private connected(): void {
    this.steady = setTimeout(() => void (this.tries = 0), STEADY);
    this.say('live');
  }

  private closed(event: unknown): void {
    if (codeOfClose(event) === AGAIN && this.current === 'live') this.connect();
    else this.lost();
  }

  private take(event: LoggedEvent): void {
    this.cursor = event.cursor;
    this.buffer.push(event);
    this.frame ??= setTimeout(() => this.flush(), FRAME);
  }

  private flush(): void {
    this.frame = undefined;
    const batch = this.buffer;
    this.buffer = [];
    for (const listener of this.listeners) {
      try {
        listener(batch);
      } catch (error) {
        reportError(error); // and the others are told all the same
      }
    }
  }

  private refused(reason: unknown): void {
    const code = codeOf(reason);
    if (code === 'TOO_SLOW') return this.connect();
    if (code === 'INVALID_VALUE') {
      this.cursor = undefined;
      if (this.tries++ === 0) return void this.startOver(true);
    }
    this.lost();
  }

  private lost(): void {
    if (this.current === 'resting' || this.current === 'lost') return;
    clearTimeout(this.steady);
    this.say('lost');
    const wait = Math.min(RETRY_LAST, RETRY_FIRST * 2 ** this.tries) * (0.5 + Math.random() / 2);
    this.tries += 1;
    this.retry = setTimeout(() => void this.connectAgain(), wait);
  }

  private visibilityChanged(): void {
    clearTimeout(this.hidden);
    if (document.hidden) {
      this.hidden = setTimeout(() => this.rest(), REST_AFTER);
    } else if (this.current === 'resting') {
      void this.startOver(true);
    }
  }

  private rest(): void {
    if (this.awake > 0) return;
    this.leave();
    clearTimeout(this.frame);
    this.frame = undefined;
    this.buffer = []; // every view asks anew afterwards
    this.cursor = undefined;
    this.say('resting');
  }

  private say(state: LinkState): void {
    this.current = state;
    for (const watcher of this.watchers) watcher();
  }
}
