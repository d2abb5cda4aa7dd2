import type { PollingStrategy } from './strategy.ts';

/** Each address once an interval. All have the same interval, so the order of turns is a queue: no sorting. */
export class EveryInterval implements PollingStrategy {
  readonly #intervalMs: number;
  /** Addresses that were never polled, then those that were, with the moment of their turn; both in order. */
  readonly #fresh = new Set<string>();
  readonly #turns = new Map<string, number>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add(address: string): void {
    if (!this.#turns.has(address)) this.#fresh.add(address);
  }

  remove(address: string): void {
    this.#fresh.delete(address);
    this.#turns.delete(address);
  }

  due(now: number, most: number): string[] {
    const due: string[] = [];
    for (const address of this.#fresh) {
      if (due.length >= most) return due;
      this.#fresh.delete(address);
      this.#turns.set(address, now + this.#intervalMs);
      due.push(address);
    }
    for (const [address, turn] of this.#turns) {
      if (turn > now || due.length >= most) break;
      // Set anew it stands last; counted from now, so that the queue stays in the order of its moments.
      this.#turns.delete(address);
      this.#turns.set(address, now + this.#intervalMs);
      due.push(address);
    }
    return due;
  }

  next(now: number): number | undefined {
    if (this.#fresh.size > 0) return now;
    const [first] = this.#turns.values();
    return first;
  }
}
