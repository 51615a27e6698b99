// @vitest-environment happy-dom
import type { Client } from '@urql/core';
import type { Client as SocketClient, Sink } from 'graphql-ws';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { LiveLog, type LoggedEvent } from './live';

function hide(hidden: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
}

type On = { connected: () => void; closed: (event?: unknown) => void };
interface Subscribed {
  after: string | undefined;
  sink: Sink<{ data: unknown }>;
  on: On;
}

/** A log of numbered events, of which a page may read behind a cursor. */
class Log {
  events: LoggedEvent[] = [];
  subscribed: Subscribed[] = [];

  append(type = 'deployment.changed'): void {
    const cursor = String(this.events.length + 1);
    this.events.push({ cursor, type, time: '', actor: '', subjectType: '', subjectId: '', payload: {} });
    const last = this.subscribed.at(-1);
    last?.sink.next({ data: { events: this.events.at(-1) } });
  }

  away = false;

  readonly graph = {
    query: () => ({
      toPromise: () => {
        if (this.away) return Promise.resolve({ error: new Error('away') });
        return Promise.resolve({ data: { logHead: String(this.events.length) } });
      },
    }),
  } as unknown as Client;

  readonly open = (on: On): SocketClient =>
    ({
      dispose: () => undefined,
      subscribe: (payload: { variables: { after?: string } }, sink: Sink<{ data: unknown }>) => {
        const after = payload.variables.after;
        this.subscribed.push({ after, sink, on });
        on.connected();
        for (const event of this.events) {
          if (after !== undefined && Number(event.cursor) > Number(after))
            sink.next({ data: { events: event } });
        }
        return () => undefined;
      },
    }) as unknown as SocketClient;

  lose(): void {
    const last = this.subscribed.at(-1)!;
    this.subscribed.push({ ...last, sink: { next: () => undefined } as unknown as Subscribed['sink'] });
    last.on.closed();
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function started(
  log: Log,
): Promise<{ live: LiveLog; seen: string[]; batches: number[]; resyncs: number[] }> {
  const live = new LiveLog(log.graph, log.open);
  const seen: string[] = [];
  const batches: number[] = [];
  const resyncs: number[] = [];
  live.listen((batch) => {
    batches.push(batch.length);
    seen.push(...batch.map(({ cursor }) => cursor));
  });
  live.onResync(() => resyncs.push(1));
  await live.ready;
  return { live, seen, batches, resyncs };
}

test('it begins at the head that it took before, and delivers a frame at a time', async () => {
  const log = new Log();
  log.append();
  const { live, seen, batches } = await started(log);
  expect(live.state).toBe('live');
  expect(log.subscribed[0]!.after).toBe('1');
  for (let number = 0; number < 1_000; number += 1) log.append();
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(batches).toEqual([1_000]);
  expect(seen).toHaveLength(1_000);
});

test('what happens first in an empty log is not missed, though it happens before the page listens', async () => {
  const log = new Log();
  const opened = started(log);
  log.append();
  const { seen } = await opened;
  vi.advanceTimersByTime(20);
  expect(seen).toEqual(['1']);
});

test('after a loss it says so, and resumes behind the last event: nothing is missed, nothing comes twice', async () => {
  const log = new Log();
  log.append();
  const { live, seen } = await started(log);
  log.append();
  log.lose();
  expect(live.state).toBe('lost');
  log.append();
  log.append();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.state).toBe('live');
  expect(log.subscribed.at(-1)!.after).toBe('2');
  log.append();
  vi.advanceTimersByTime(20);
  expect(seen).toEqual(['2', '3', '4', '5']);
});

test('who was too slow goes on at once behind its cursor', async () => {
  const log = new Log();
  log.append();
  const { live } = await started(log);
  log.append();
  log.subscribed.at(-1)!.sink.error([{ extensions: { code: 'TOO_SLOW' } }] as never);
  expect(log.subscribed.at(-1)!.after).toBe('2');
  expect(live.state).toBe('live');
});

test('a cursor of another log is given up: all views ask anew', async () => {
  const log = new Log();
  log.append();
  const { live, resyncs } = await started(log);
  log.subscribed.at(-1)!.sink.error([{ extensions: { code: 'INVALID_VALUE' } }] as never);
  await vi.advanceTimersByTimeAsync(1);
  expect(resyncs).toHaveLength(1);
  expect(live.state).toBe('live');
});

test('a service that is away when the page opens: it comes alive by itself, and all views ask anew', async () => {
  const log = new Log();
  log.away = true;
  const { live, seen, resyncs } = await started(log);
  expect(live.state).toBe('lost');
  expect(log.subscribed).toEqual([]);
  log.append();
  log.away = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(live.state).toBe('live');
  expect(log.subscribed.at(-1)!.after).toBe('1');
  expect(resyncs).toHaveLength(1);
  log.append();
  vi.advanceTimersByTime(20);
  expect(seen).toEqual(['2']);
});

test('a tab that is hidden from its beginning rests too, and keeps nothing of what it did not tell', async () => {
  const log = new Log();
  log.append();
  hide(true);
  const { live, seen, resyncs } = await started(log);
  await vi.advanceTimersByTimeAsync(29_990);
  log.append();
  await vi.advanceTimersByTimeAsync(15);
  expect(live.state).toBe('resting');
  hide(false);
  await vi.advanceTimersByTimeAsync(20);
  expect(live.state).toBe('live');
  expect(resyncs).toHaveLength(1);
  expect(seen).toEqual([]);
  expect(log.subscribed.at(-1)!.after).toBe('2');
});

test('who wants news is told them in a hidden tab', async () => {
  const log = new Log();
  log.append();
  const { live, seen } = await started(log);
  const sleep = live.stayAwake();
  hide(true);
  await vi.advanceTimersByTimeAsync(60_000);
  log.append();
  vi.advanceTimersByTime(20);
  expect([live.state, seen]).toEqual(['live', ['2']]);
  sleep();
  hide(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.state).toBe('resting');
});

test('a listener that fails keeps no other from being told', async () => {
  const log = new Log();
  const { live } = await started(log);
  const told: string[] = [];
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  live.listen(() => {
    throw new Error('no notifications here');
  });
  live.listen((batch) => told.push(...batch.map(({ cursor }) => cursor)));
  log.append();
  vi.advanceTimersByTime(20);
  expect(told).toEqual(['1']);
  expect(reported).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});

test('a log that refuses every cursor is not asked without a pause', async () => {
  const log = new Log();
  log.append();
  const { live } = await started(log);
  for (let number = 0; number < 2; number += 1) {
    log.subscribed.at(-1)!.sink.error([{ extensions: { code: 'INVALID_VALUE' } }] as never);
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(live.state).toBe('lost');
});

test('a socket whose session is to be looked at again is followed by another at once, behind the cursor', async () => {
  const log = new Log();
  log.append();
  const { live } = await started(log);
  log.append();
  const states: string[] = [];
  live.watchState(() => states.push(live.state));
  log.subscribed.at(-1)!.on.closed({ code: 4403, reason: 'session to be renewed' });
  expect(log.subscribed.map(({ after }) => after)).toEqual(['1', '2']);
  expect(states).toEqual(['connecting', 'live']);
  log.subscribed.at(-1)!.on.closed({ code: 4401, reason: 'You have signed out.' });
  expect(live.state).toBe('lost');
});
