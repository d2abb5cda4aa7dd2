import type { Clock } from '../clock.ts';

/** Signals that abort at moments to come: all that end in the same second share one, however many they are. */
export class Moments {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, { readonly passing: AbortController; readonly cancel: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborts once the moment, in milliseconds since 1970, has passed; at most a second later. */
  after(moment: number): AbortSignal {
    const second = Math.ceil(moment / 1000);
    const waiting = this.#waiting.get(second);
    if (waiting !== undefined) return waiting.passing.signal;
    const passing = new AbortController();
    const cancel = this.#clock.after(Math.max(0, second * 1000 - this.#clock.now()), () => {
      this.#waiting.delete(second);
      passing.abort();
    });
    this.#waiting.set(second, { passing, cancel });
    return passing.signal;
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
