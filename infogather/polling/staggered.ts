import type { PollingStrategy, Turns } from './strategy.ts';

/** How much faster than on average polls may come, so that those that came together drift apart. */
const slack = 1.25;
/** So many (a count) may come together at any time, and in each tenth of a second: few addresses need no spreading. */
const together = 32;
/** For so long, in milliseconds, what could not be begun in time may be made up for at once. */
const madeUpMs = 1_000;

/**
 * Turns that drift apart where many came together, after a start or at a registration: polls begin as fast as they are due
 * on average, and a little faster. What was late, for the machine had no time, is made up for.
 */
export class Staggered implements PollingStrategy {
  readonly #turns: Turns;
  /** Polls (a count, and a part of one) that may begin now. */
  #room = together;
  #at = -Infinity;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  add(address: string, now: number): void {
    this.#turns.add(address, now);
  }

  remove(address: string): void {
    this.#turns.remove(address);
  }

  due(now: number, most: number): string[] {
    this.#fill(now);
    return this.#turns.due(now, Math.max(0, Math.min(most, Math.floor(this.#room))));
  }

  begun(): void {
    this.#room -= 1;
  }

  heard(address: string, isNews: boolean, now: number): void {
    this.#turns.heard(address, isNews, now);
  }

  free(now: number): number {
    this.#fill(now);
    return this.#room >= 1 ? now : now + Math.ceil((1 - this.#room) / this.#perMs);
  }

  next(now: number): number | undefined {
    const turn = this.#turns.next(now);
    return turn === undefined ? undefined : Math.max(turn, this.free(now));
  }

  get #perMs(): number {
    return Math.max(together / 100, (slack * this.#turns.rate) / 1000);
  }

  /** Nothing is known of the time before it began, nor of that by which the clock was set back. */
  #fill(now: number): void {
    const sinceMs = this.#at === -Infinity ? 0 : Math.max(0, now - this.#at);
    const most = Math.max(together, (this.#turns.rate * madeUpMs) / 1000);
    this.#room = Math.min(Math.max(most, this.#room), this.#room + sinceMs * this.#perMs);
    this.#at = now;
  }
}
