/** Milliseconds after which a person is told that the service is slow; and after which an answer is not waited for. */
const SLOW_AFTER = 5_000;
const GIVE_UP_AFTER = 30_000;

/** Which questions have been waiting for long. */
export class Slowness {
  private readonly late = new Set<symbol>();
  private readonly watchers = new Set<() => void>();

  /** Whether some question has waited for five seconds. */
  get isSlow(): boolean {
    return this.late.size > 0;
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Browser's `fetch`, watched, and given up after half a minute: a way that swallows packets is not waited for. */
  readonly fetch: typeof fetch = async (input, init) => {
    const question = Symbol('question');
    const timer = setTimeout(() => this.change(() => this.late.add(question)), SLOW_AFTER);
    const limit = AbortSignal.timeout(GIVE_UP_AFTER);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    try {
      return await fetch(input, { ...init, signal });
    } finally {
      clearTimeout(timer);
      this.change(() => this.late.delete(question));
    }
  };

  private change(work: () => void): void {
    const before = this.isSlow;
    work();
    if (before !== this.isSlow) for (const watcher of this.watchers) watcher();
  }
}
