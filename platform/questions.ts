import type { Clock } from './clock.ts';

/** How long an answer is waited for. */
export interface Waiting {
  /** In milliseconds. */
  readonly withinMs: number;
  /** What is thrown then. */
  readonly late: () => Error;
  /** When it aborts nobody waits any more; its reason is thrown. */
  readonly signal: AbortSignal;
}

interface Asker<A> {
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions that went out over a line: each is known by a number until its answer comes. */
export class Questions<A> {
  readonly #clock: Clock;
  readonly #open = new Map<number, Asker<A>>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a question under a number of its own, and resolves with its answer. */
  async ask(send: (ask: number) => void, { withinMs, late, signal }: Waiting): Promise<A> {
    signal.throwIfAborted();
    this.#last += 1;
    const ask = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    this.#open.set(ask, { resolve, reject });
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const cancel = this.#clock.after(withinMs, () => reject(late()));
    try {
      send(ask);
      return await promise;
    } finally {
      cancel();
      signal.removeEventListener('abort', abort);
      this.#open.delete(ask);
    }
  }

  /** The answer to a question came; one that nobody waits for is passed over. */
  answered(ask: number, answer: A): void {
    this.#open.get(ask)?.resolve(answer);
  }

  /** No answer will come any more to any of them. */
  fail(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
  }
}
