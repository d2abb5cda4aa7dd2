import type { PollingStrategy, Turns } from './strategy.ts';

/** So many polls in any time of so many milliseconds, wherever it begins. */
export interface Pace {
  readonly most: number;
  readonly windowMs: number;
}

/**
 * Turns, but never more polls than a pace over all: with more addresses than that, each waits its turn longer. The pace
 * holds for every window, wherever it begins: a poll begins only when fewer than `most` others have begun in the window
 * before it.
 */
export class Paced implements PollingStrategy {
  readonly #turns: Turns;
  readonly #pace: Pace;
  /** When polls began, in order; those before `#head` are a window ago or longer. */
  readonly #begun: number[] = [];
  #head = 0;

  constructor(turns: Turns, pace: Pace) {
    this.#turns = turns;
    this.#pace = pace;
  }

  add(address: string, now: number): void {
    this.#turns.add(address, now);
  }

  remove(address: string): void {
    this.#turns.remove(address);
  }

  due(now: number, most: number): string[] {
    const pace = this.#forget(now);
    const free = pace.most - (this.#begun.length - this.#head);
    return this.#turns.due(now, Math.max(0, Math.min(most, free)));
  }

  begun(now: number): void {
    this.#begun.push(now);
  }

  heard(address: string, isNews: boolean, now: number): void {
    this.#turns.heard(address, isNews, now);
  }

  free(now: number): number {
    const { most, windowMs } = this.#forget(now);
    const first = this.#begun[this.#begun.length - most];
    if (first === undefined || this.#begun.length - this.#head < most) return now;
    return Math.ceil(first + windowMs);
  }

  next(now: number): number | undefined {
    const turn = this.#turns.next(now);
    return turn === undefined ? undefined : Math.max(turn, this.free(now));
  }

  /** Lets go of what began a window ago. Where the clock was set back, nothing is known of the time since. */
  #forget(now: number): Pace {
    const pace = this.#pace;
    if ((this.#begun.at(-1) ?? now) > now) this.#head = this.#begun.length;
    while ((this.#begun[this.#head] ?? now) + pace.windowMs <= now) this.#head += 1;
    if (this.#head > pace.most) {
      this.#begun.splice(0, this.#head);
      this.#head = 0;
    }
    return pace;
  }
}

/** Never more than so many a second. (A rate that is no whole number is kept over as long as its whole part takes.) */
export function capped(perSecond: number): Pace {
  const most = Math.max(1, Math.floor(perSecond));
  return { most, windowMs: (most * 1000) / perSecond };
}
