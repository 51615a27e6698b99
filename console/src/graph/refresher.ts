/** Milliseconds between the end of one look and the next: a busy log must not keep the service busy too. */
export const GAP = 1_000;

type Later = (work: () => void, milliseconds: number) => () => void;

const byTimer: Later = (work, milliseconds) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Looks again after something was touched: at once the first time, then at most once in a gap, and never twice at a time.
 *
 * What is touched during a look is looked at after it, so the last look always began after the last touch: what is
 * shown then is what a reload would show. While it rests (a hidden tab) touches are remembered.
 */
export class Refresher {
  private touched = false;
  private looking = false;
  private resting = false;
  private stopped = false;
  private waiting: (() => void) | undefined;

  constructor(
    private readonly look: () => Promise<unknown>,
    private readonly gap = GAP,
    private readonly later: Later = byTimer,
  ) {}

  touch(): void {
    this.touched = true;
    this.goOn();
  }

  rest(resting: boolean): void {
    this.resting = resting;
    this.goOn();
  }

  /** For ever: a touch does nothing any more. */
  stop(): void {
    this.stopped = true;
    this.waiting?.();
    this.waiting = undefined;
    this.touched = false;
  }

  private goOn(): void {
    if (this.stopped || !this.touched || this.looking || this.resting || this.waiting) return;
    this.touched = false;
    this.looking = true;
    void this.look().finally(() => {
      this.looking = false;
      this.waiting = this.later(() => {
        this.waiting = undefined;
        this.goOn();
      }, this.gap);
    });
  }
}
