/** The service's time, which a rehearsal scales: what a page counts down is counted by the service's clock. */
export interface ServiceTime {
  now: string;
  speed: number;
}

export class ServiceClock {
  private base = Date.now();
  private speed = 1;
  private taken = performance.now();

  /** What the service said its time is, just now. */
  set({ now, speed }: ServiceTime): void {
    this.base = Date.parse(now);
    this.speed = speed;
    this.taken = performance.now();
  }

  /** Something has happened at this time, so it is not earlier: a rehearsal's clock runs faster than it was said to. */
  atLeast(time: number): void {
    if (time <= this.now()) return;
    this.base = time;
    this.taken = performance.now();
  }

  /** Milliseconds since 1970 by the service's clock. */
  now(): number {
    return this.base + (performance.now() - this.taken) * this.speed;
  }
}
