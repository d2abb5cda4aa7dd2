import type { Clock } from '../../platform/clock.ts';

interface Held {
  readonly ending: AbortController;
  cancel: () => void;
}

/** The tokens that were shown and hold, by their hashes, each with a signal that tells at once when it does no more. */
export class HeldTokens {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called before the store is asked whether it holds, so that what ends it meanwhile is not missed. */
  take(hash: string): AbortSignal {
    let held = this.#held.get(hash);
    if (held === undefined) {
      held = { ending: new AbortController(), cancel: () => {} };
      this.#held.set(hash, held);
    }
    return held.ending.signal;
  }

  /** It holds until then, in milliseconds since 1970. */
  until(hash: string, expiresAt: number): void {
    const held = this.#held.get(hash);
    if (held === undefined) return;
    held.cancel();
    held.cancel = this.#clock.after(Math.max(0, expiresAt - this.#clock.now()), () => this.end(hash));
  }

  /** It holds no more, or never did. */
  end(hash: string): void {
    const held = this.#held.get(hash);
    if (held === undefined) return;
    this.#held.delete(hash);
    held.cancel();
    held.ending.abort();
  }

  stop(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }
}
