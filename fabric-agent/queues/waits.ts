import { type AttemptKey, type RunEnd, wordOf } from '../back-ends/back-end.ts';
import type { RunObserver } from '../back-ends/shared.ts';

/** Waits (a count) that are remembered. */
const mostWaits = 20;
/** Runs (a count) whose ends are waited for. */
const mostPending = 100_000;

/** How long the last tasks of this agent waited in their queue. */
export class Waits implements RunObserver {
  readonly #now: () => number;
  readonly #given = new Map<string, number>();
  readonly #waits: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  given(key: AttemptKey): void {
    const word = wordOf(key);
    if (!this.#given.has(word) && this.#given.size < mostPending) this.#given.set(word, this.#now());
  }

  ended(key: AttemptKey, { exit }: RunEnd): void {
    const word = wordOf(key);
    const at = this.#given.get(word);
    if (at === undefined) return;
    this.#given.delete(word);
    if (exit.startedAt === null) return;
    this.#waits.push(Math.max(0, exit.startedAt - at));
    if (this.#waits.length > mostWaits) this.#waits.shift();
  }

  /** The median; undefined where nothing was seen. */
  get medianMs(): number | undefined {
    const sorted = this.#waits.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}
