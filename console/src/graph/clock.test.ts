import { expect, test, vi } from 'vitest';

import { ServiceClock } from './clock';

test('goes on at the speed that the service said, and never behind what has happened', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const clock = new ServiceClock();
  clock.set({ now: '2026-11-30T09:00:00Z', speed: 600 });
  vi.advanceTimersByTime(2_000);
  const after = Date.parse('2026-11-30T09:20:00Z');
  expect(clock.now()).toBe(after);
  clock.atLeast(after - 1);
  expect(clock.now()).toBe(after);
  clock.atLeast(after + 3_600_000);
  vi.advanceTimersByTime(1_000);
  expect(clock.now()).toBe(after + 3_600_000 + 600_000);
  vi.useRealTimers();
});
