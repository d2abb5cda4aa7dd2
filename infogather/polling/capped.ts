import { EveryInterval } from './every.ts';
import type { PollingStrategy } from './strategy.ts';

/**
 * Each address once an interval, but never more than so many polls a second over all: with more addresses than
 * that, each waits its turn longer. The rate holds for every second, wherever it begins: a poll begins only when
 * fewer than `perSecond` others have begun in the second before it. (A rate that is no whole number is kept over as
 * long as its whole part takes.)
 */
export class Capped implements PollingStrategy {
  readonly #turns: EveryInterval;
  readonly #most: number;
  readonly #windowMs: number;
  /** When polls began, in order; those before `#head` are a window ago or longer. */
  readonly #begun: number[] = [];
  #head = 0;

  constructor(intervalMs: number, perSecond: number) {
    this.#turns = new EveryInterval(intervalMs);
    this.#most = Math.max(1, Math.floor(perSecond));
    this.#windowMs = (this.#most * 1000) / perSecond;
  }

  add(address: string, now: number): void {
    this.#turns.add(address, now);
  }

  remove(address: string): void {
    this.#turns.remove(address);
  }

  due(now: number, most: number): string[] {
    this.#forget(now);
    const free = this.#most - (this.#begun.length - this.#head);
    return this.#turns.due(now, Math.min(most, free));
  }

  begun(now: number): void {
    this.#begun.push(now);
  }

  free(now: number): number {
    this.#forget(now);
    const first = this.#begun[this.#begun.length - this.#most];
    if (first === undefined || this.#begun.length - this.#head < this.#most) return now;
    return Math.ceil(first + this.#windowMs);
  }

  next(now: number): number | undefined {
    const turn = this.#turns.next(now);
    return turn === undefined ? undefined : Math.max(turn, this.free(now));
  }

  /** Lets go of what began a window ago. Where the clock was set back, nothing is known of the time since. */
  #forget(now: number): void {
    if ((this.#begun.at(-1) ?? now) > now) this.#head = this.#begun.length;
    while ((this.#begun[this.#head] ?? now) + this.#windowMs <= now) this.#head += 1;
    if (this.#head <= this.#most) return;
    this.#begun.splice(0, this.#head);
    this.#head = 0;
  }
}
