import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** After how long, in milliseconds, what failed is tried again. */
const againMs = 1_000;

/** What goes on by itself, with nobody to tell of a failure. */
export class Tries {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #underWay = new Set<Promise<void>>();
  #isStopped = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Does it; a failure is told in the log. */
  once(what: string, work: () => Promise<void>): void {
    if (this.#isStopped) return;
    const done = work()
      .catch((error: unknown) => this.#log.error('dispatch failed', { what, error }))
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  /** Does it, again and again until it succeeds. */
  until(what: string, work: () => Promise<void>): void {
    this.once(what, async () => {
      try {
        await work();
      } catch (error) {
        this.#clock.after(againMs, () => this.until(what, work));
        throw error;
      }
    });
  }

  /** Begins nothing more, and waits for what was begun. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
