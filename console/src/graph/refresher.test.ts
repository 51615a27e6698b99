import { expect, test } from 'vitest';

import { Refresher } from './refresher';

/** A time that a test passes by hand, and a service whose answers are what is true when they are asked for. */
class World {
  truth = 0;
  shown = -1;
  looks = 0;
  private answers: (() => void)[] = [];
  private timers: (() => void)[] = [];
  readonly refresher = new Refresher(
    () =>
      new Promise<void>((resolve) => {
        this.looks += 1;
        const seen = this.truth;
        this.answers.push(() => {
          this.shown = seen;
          resolve();
        });
      }),
    1_000,
    (work) => {
      this.timers.push(work);
      return () => undefined;
    },
  );

  async answer(): Promise<void> {
    this.answers.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  }

  pass(): void {
    this.timers.shift()?.();
  }

  change(): void {
    this.truth += 1;
    this.refresher.touch();
  }
}

test('touches during a look are looked at once, after it and a gap', async () => {
  const world = new World();
  world.change();
  for (let number = 0; number < 1_000; number += 1) world.change();
  expect(world.looks).toBe(1);
  await world.answer();
  expect(world.looks).toBe(1);
  world.pass();
  expect(world.looks).toBe(2);
  await world.answer();
  expect(world.shown).toBe(world.truth);
});

test('a hidden tab asks nothing, and catches up when it is shown', async () => {
  const world = new World();
  world.refresher.rest(true);
  world.change();
  expect(world.looks).toBe(0);
  world.refresher.rest(false);
  await world.answer();
  expect([world.looks, world.shown]).toEqual([1, 1]);
});

test('in whatever order touches, answers and time come, in the end what is shown is true', async () => {
  let seed = 7;
  const random = (most: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % most;
  };
  for (let round = 0; round < 300; round += 1) {
    const world = new World();
    world.change();
    for (let step = 0; step < 30; step += 1) {
      const next = random(4);
      if (next === 0) world.change();
      else if (next === 1) await world.answer();
      else if (next === 2) world.pass();
      else world.refresher.rest(random(2) === 0);
    }
    world.refresher.rest(false);
    for (let step = 0; step < 6; step += 1) {
      await world.answer();
      world.pass();
    }
    expect(world.shown).toBe(world.truth);
  }
});
