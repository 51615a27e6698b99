import { useState } from 'react';

/**
 * Keys under which asking again does nothing twice: the same for the same question, so that a try whose answer was lost
 * can be made again, and another for another question.
 */
export class Keys {
  readonly #keys = new Map<string, string>();

  of(question: unknown): string {
    const text = JSON.stringify(question);
    const key = this.#keys.get(text) ?? newKey();
    this.#keys.set(text, key);
    return key;
  }
}

/** A key of its own. Pages without TLS have no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Gives an input its key, for as long as a dialog is open. */
export function useKeyed(): <Input extends object>(input: Input) => Input & { idempotencyKey: string } {
  const [keys] = useState(() => new Keys());
  return (input) => ({ ...input, idempotencyKey: keys.of(input) });
}
