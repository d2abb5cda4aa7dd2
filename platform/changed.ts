import type { Clock } from './clock.ts';

/** One who waits for news of a topic, or of any. */
interface Waiter<Topic> {
  readonly topic: Topic | undefined;
  readonly wake: () => void;
}

/** Wakes those who wait for news; what the news is they read themselves. */
export class Changed<Topic extends number | string = number> {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter<Topic>>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There is news of these topics. */
  tell(topics: readonly Topic[]): void {
    if (topics.length === 0) return;
    for (const waiter of this.#waiters)
      if (waiter.topic === undefined || topics.includes(waiter.topic)) waiter.wake();
  }

  /** Nobody waits any longer: each has the answer of now. */
  close(): void {
    this.#isClosed = true;
    for (const { wake } of this.#waiters) wake();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Asks again and again until the answer will do, at most for `waitMs` milliseconds, or until `signal` is aborted;
   * returns the last one. Nothing that is told while it asks is missed.
   */
  async until<T>(options: {
    readonly topic: Topic | undefined;
    readonly ask: () => Promise<T>;
    readonly isEnough: (answer: T) => boolean;
    readonly waitMs: number;
    readonly signal: AbortSignal;
  }): Promise<T> {
    const { topic, ask, isEnough, waitMs, signal } = options;
    let isOver = waitMs <= 0;
    let wake = () => {};
    // By the timer alone: the time of day may be set back meanwhile.
    const cancel = this.#clock.after(waitMs, () => {
      isOver = true;
      wake();
    });
    try {
      for (;;) {
        const news = Promise.withResolvers<void>();
        wake = () => news.resolve();
        const waiter = { topic, wake };
        this.#waiters.add(waiter);
        signal.addEventListener('abort', waiter.wake);
        try {
          const answer = await ask();
          if (isEnough(answer) || isOver || signal.aborted || this.#isClosed) return answer;
          await news.promise;
        } finally {
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
        }
      }
    } finally {
      cancel();
    }
  }
}
