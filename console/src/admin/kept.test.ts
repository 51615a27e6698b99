import { expect, it } from 'vitest';

import { forget, keep, kept } from './kept';

function store(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as Storage;
}

it('what was typed is kept until it is forgotten', () => {
  const own = store();
  expect(keep('wave/prod-1', { bakeMinutes: '12x' }, 1_000, own)).toBe(true);
  expect(kept('wave/prod-1', own)).toEqual({ at: 1_000, content: { bakeMinutes: '12x' } });
  expect(kept('wave/prod-2', own)).toBeUndefined();
  forget('wave/prod-1', own);
  expect(kept('wave/prod-1', own)).toBeUndefined();
});

it('a store that is full, forbidden or spoilt keeps nobody from typing', () => {
  const full = {
    getItem: () => '{',
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
    removeItem: () => {
      throw new DOMException('forbidden', 'SecurityError');
    },
  } as unknown as Storage;
  expect(keep('a', {}, 1, full)).toBe(false);
  expect(kept('a', full)).toBeUndefined();
  expect(() => forget('a', full)).not.toThrow();
});
