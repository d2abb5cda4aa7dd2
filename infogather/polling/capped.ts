import { EveryInterval } from './every.ts';
import type { PollingStrategy } from './strategy.ts';

/**
 * Each address once an interval, but never more than so many polls a second over all: with more addresses than
 * that, each waits its turn longer. The allowance of one second is the largest burst (a token bucket).
 */
export class Capped implements PollingStrategy {
  readonly #turns: EveryInterval;
  readonly #perSecond: number;
  #allowance: number;
  #countedAt: number | undefined;

  constructor(intervalMs: number, perSecond: number) {
    this.#turns = new EveryInterval(intervalMs);
    this.#perSecond = perSecond;
    this.#allowance = Math.max(1, perSecond);
  }

  add(address: string): void {
    this.#turns.add(address);
  }

  remove(address: string): void {
    this.#turns.remove(address);
  }

  due(now: number, most: number): string[] {
    this.#refill(now);
    const due = this.#turns.due(now, Math.min(most, Math.floor(this.#allowance)));
    this.#allowance -= due.length;
    return due;
  }

  next(now: number): number | undefined {
    const turn = this.#turns.next(now);
    if (turn === undefined) return undefined;
    this.#refill(now);
    const wait = this.#allowance >= 1 ? 0 : Math.ceil(((1 - this.#allowance) * 1000) / this.#perSecond);
    return Math.max(turn, now + wait);
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - (this.#countedAt ?? now));
    this.#countedAt = now;
    this.#allowance = Math.min(
      Math.max(1, this.#perSecond),
      this.#allowance + (elapsed * this.#perSecond) / 1000,
    );
  }
}
