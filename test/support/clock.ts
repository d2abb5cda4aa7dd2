import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: number;
  #aheadMs = 0;
  readonly #timers = new Set<Timer>();

  /** `start` is in milliseconds since 1970. */
  constructor(start = 1_000_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now + this.#aheadMs;
  }

  /** Sets the time of day forward, or back where that is below 0; what is waited for comes after as long as ever. */
  set(byMs: number): void {
    this.#aheadMs += byMs;
  }

  after(delay: number, task: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delay), task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /**
   * Moves on by `ms` milliseconds and calls what falls due, in its order, each at its own time. Before and after each
   * call the event loop turns once, so that promises which wait for it go on and may set timers that fall due too.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await turn();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.task();
      await turn();
    }
    this.#now = end;
  }

  /** The earliest timer that is due by `end`; of those due together, the one that was set first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}
