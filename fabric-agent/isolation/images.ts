import type { Engine } from './engine.ts';

interface Coming {
  readonly whole: Promise<void>;
  readonly stop: AbortController;
  /** How many (a count) wait for it. */
  waiting: number;
}

/** The images of an engine, each brought once for all who want it. */
export class Images {
  readonly #there = new Set<string>();
  readonly #coming = new Map<string, Coming>();

  /** One of them may have been removed: they are looked for again. */
  doubt(): void {
    this.#there.clear();
  }

  /** `begins` is called where it is not there. Rejects with a sentence where it cannot be had. */
  async bring(
    engine: Pick<Engine, 'has' | 'pull'>,
    image: string,
    begins: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#there.has(image)) return;
    if (!(await engine.has(image))) {
      begins();
      const coming = this.#coming.get(image) ?? this.#begin(engine, image);
      try {
        await this.#wait(coming, signal);
      } finally {
        // Nobody joins what was given up, or has failed.
        if (coming.waiting === 0 && this.#coming.get(image) === coming) this.#coming.delete(image);
      }
    }
    this.#there.add(image);
  }

  async #wait(coming: Coming, signal: AbortSignal): Promise<void> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    coming.waiting += 1;
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      await Promise.race([coming.whole, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      coming.waiting -= 1;
      if (coming.waiting === 0) coming.stop.abort(new Error('nobody waits for it any more'));
    }
  }

  #begin(engine: Pick<Engine, 'pull'>, image: string): Coming {
    const stop = new AbortController();
    const whole = engine.pull(image, stop.signal);
    whole.catch(() => {}); // told to those who wait for it
    const coming = { whole, stop, waiting: 0 };
    this.#coming.set(image, coming);
    return coming;
  }
}
