import type { Clock } from '../../platform/clock.ts';

/**
 * The clock of another host, told from here: never ahead of it, as far as both go alike since it was last set; a second or
 * so behind. Whoever sets the clock of this machine does not move it.
 */
export class FarClock implements Clock {
  readonly #own: Clock;
  #aheadMs = 0;

  constructor(own: Clock) {
    this.#own = own;
  }

  /** What it showed there at some moment before this one, in milliseconds since 1970. */
  set(wallMs: number): void {
    this.#aheadMs = wallMs - performance.now();
  }

  now(): number {
    return Math.floor(performance.now() + this.#aheadMs);
  }

  after(delay: number, task: () => void): () => void {
    return this.#own.after(delay, task);
  }
}
