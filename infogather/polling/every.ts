import { Queue, type Waiting } from './queue.ts';
import type { PollingStrategy, Turns } from './strategy.ts';

/**
 * Each address once an interval. All have the same interval, so those that were polled make one queue in the order of
 * their turns, and those that never were another: no sorting.
 */
export class EveryInterval implements PollingStrategy, Turns {
  readonly #intervalMs: number;
  readonly #fresh = new Queue();
  readonly #polled = new Queue();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add(address: string, now: number): void {
    if (!this.#fresh.has(address) && !this.#polled.has(address)) this.#fresh.push(address, now);
  }

  remove(address: string): void {
    this.#fresh.remove(address);
    this.#polled.remove(address);
  }

  due(now: number, most: number): string[] {
    const due: string[] = [];
    while (due.length < most) {
      const first = this.#first(now);
      if (first === undefined || first.since > now) break;
      this.remove(first.address);
      // Counted from now, not from its turn, so that the queue stays in order.
      this.#polled.push(first.address, now + this.#intervalMs);
      due.push(first.address);
    }
    return due;
  }

  begun(): void {}

  heard(): void {}

  get rate(): number {
    return ((this.#fresh.size + this.#polled.size) * 1000) / this.#intervalMs;
  }

  free(now: number): number {
    return now;
  }

  next(now: number): number | undefined {
    const first = this.#first(now);
    return first && Math.max(now, first.since);
  }

  /** Whose turn is first, or has been for the longest time. */
  #first(now: number): Waiting | undefined {
    const fresh = this.#counted(this.#fresh.first, now);
    const polled = this.#counted(this.#polled.first, now);
    if (fresh === undefined || polled === undefined) return fresh ?? polled;
    return polled.since < fresh.since ? polled : fresh;
  }

  /** A turn further away than the interval was counted before the clock was set back: it is now. */
  #counted(first: Waiting | undefined, now: number): Waiting | undefined {
    return first !== undefined && first.since > now + this.#intervalMs ? { ...first, since: now } : first;
  }
}
