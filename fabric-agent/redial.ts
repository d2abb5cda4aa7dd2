import type { Clock } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import { backOff, type Patience, pause } from './tasks/pause.ts';

interface RedialOptions {
  /** Goes on until the line breaks or the signal aborts, throws why, and says by `heard` that the line is good. */
  readonly connect: (heard: () => void, signal: AbortSignal) => Promise<never>;
  /** The line broke, or could not be made; not called where it was stopped. */
  readonly failed: (error: unknown) => void;
  readonly patience: Patience;
  readonly clock: Clock;
}

/**
 * Keeps a line up from `start` to `stop`: connects again whenever it breaks, after a while that grows with each failure in a
 * row.
 */
export class Redial implements Part {
  readonly #options: RedialOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: RedialOptions) {
    this.#options = options;
  }

  /** Begins to connect; does not wait for it. */
  async start(): Promise<void> {
    this.#running = this.#keepUp();
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the agent stops'));
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #keepUp(): Promise<void> {
    const { connect, failed, patience, clock } = this.#options;
    const { signal } = this.#stopped;
    let failures = 0;
    const heard = () => {
      failures = 0;
    };
    while (!signal.aborted) {
      await connect(heard, signal).catch((error: unknown) => {
        if (!signal.aborted) failed(error);
      });
      await pause(clock, backOff(patience, failures), signal).catch(() => {}); // the loop ends then
      failures += 1;
    }
  }
}
