// @vitest-environment happy-dom
import type { AnyVariables, Client, TypedDocumentNode } from '@urql/core';
import { parse } from 'graphql';
import { act, useEffect } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Answers } from './answers';
import { ServiceContext, type Service } from './service';
import type { LiveLog, LoggedEvent } from './live';
import { type Live, useLive } from './useLive';

const DOCUMENT = parse('query Truth { truth }') as TypedDocumentNode<{ truth: number }, AnyVariables>;
const NEVER = (): boolean => false;
const EVENT = { type: 'deployment.changed', payload: {} } as LoggedEvent;

/** A service whose answers are given by hand, each with what was true when it was asked for. */
class World {
  truth = 1;
  away = false;
  questions = 0;
  private answers: (() => void)[] = [];
  private listeners = new Set<(batch: LoggedEvent[]) => void>();
  private watchers = new Set<() => void>();
  shown: Live<{ truth: number }> | undefined;

  readonly service = {
    answers: new Answers(),
    live: {
      ready: Promise.resolve(),
      state: 'live',
      listen: (listener: (batch: LoggedEvent[]) => void) => this.into(this.listeners, listener),
      onResync: () => () => undefined,
      watchState: (watcher: () => void) => this.into(this.watchers, watcher),
    } as unknown as LiveLog,
    graph: { executeQuery: () => ({ toPromise: () => this.asked() }) } as unknown as Client,
  } as unknown as Service;

  private into<Item>(items: Set<Item>, item: Item): () => void {
    items.add(item);
    return () => items.delete(item);
  }

  private asked(): Promise<unknown> {
    this.questions += 1;
    const error = { graphQLErrors: [], networkError: new Error('away') };
    const answer = this.away ? { error } : { data: { truth: this.truth } };
    return new Promise((resolve) => this.answers.push(() => resolve(answer)));
  }

  happens(): void {
    this.truth += 1;
    for (const listener of this.listeners) listener([EVENT]);
  }

  async answer(): Promise<void> {
    await act(async () => {
      await Promise.resolve();
      for (const each of this.answers.splice(0)) each();
      await vi.advanceTimersByTimeAsync(0);
    });
  }

  show(live: Live<{ truth: number }>): void {
    this.shown = live;
  }

  get listening(): number {
    return this.listeners.size + this.watchers.size;
  }
}

let root: Root;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  root = createRoot(document.createElement('div'));
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(world: World, more: { again?: number } = {}): Promise<void> {
  function View() {
    const live = useLive(DOCUMENT, {}, { touches: NEVER, ...more });
    useEffect(() => world.show(live));
    return null;
  }
  await act(async () => {
    root.render(
      <ServiceContext value={world.service}>
        <View />
      </ServiceContext>,
    );
    await Promise.resolve();
  });
}

test('what happens before the first answer is looked at, though nobody can tell yet whether it touches', async () => {
  const world = new World();
  await opened(world);
  world.happens();
  await world.answer();
  expect(world.shown?.data).toEqual({ truth: 1 });
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  await world.answer();
  expect(world.shown?.data).toEqual({ truth: 2 });
  world.happens();
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  expect(world.questions).toBe(2);
});

test('a look that failed is tried again by itself, though nothing happens and the link stays live', async () => {
  const world = new World();
  world.away = true;
  await opened(world);
  await world.answer();
  expect(world.shown?.problem?.kind).toBe('unreachable');
  world.away = false;
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  await world.answer();
  expect([world.shown?.data, world.shown?.problem]).toEqual([{ truth: 1 }, undefined]);
});

test('what counts the time is asked for again, though nothing happens, until the view is closed', async () => {
  const world = new World();
  await opened(world, { again: 5_000 });
  await world.answer();
  world.truth = 2;
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  await world.answer();
  expect(world.shown?.data).toEqual({ truth: 2 });
  act(() => root.render(null));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.questions).toBe(2);
});

test('a view that is closed leaves nothing behind: no listener, no timer, no question', async () => {
  const world = new World();
  world.away = true;
  await opened(world);
  await world.answer();
  const refresh = world.shown!.refresh;
  act(() => root.render(null));
  refresh();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([world.listening, world.questions]).toEqual([0, 1]);
});

test('a view that is opened again shows at once what was known last', async () => {
  const world = new World();
  await opened(world);
  await world.answer();
  act(() => root.render(null));
  world.shown = undefined;
  await opened(world);
  expect(world.shown).toMatchObject({ data: { truth: 1 } });
});
