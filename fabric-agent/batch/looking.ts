import type { Clock } from '../../platform/clock.ts';

interface LookingOptions {
  readonly look: () => Promise<void>;
  /** How long, in milliseconds, after one look has ended the next begins. */
  readonly everyMs: number;
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
}

/** Looks again and again, one look after the other. */
export class Looking {
  readonly #options: LookingOptions;
  #isStopped = false;
  #isLooking = false;
  /** Somebody wants another look who came while there was one, in so many milliseconds. */
  #wantedMs: number | undefined;
  #looked: Promise<void> = Promise.resolve();
  #isSoon = false;
  #cancel = () => {};

  constructor(options: LookingOptions) {
    this.#options = options;
    this.#wait(options.everyMs);
  }

  /** Has the next look begin in so many milliseconds, or sooner; not before the one that is under way has ended. */
  soon(delayMs: number): void {
    if (this.#isLooking) this.#wantedMs = delayMs;
    else if (!this.#isSoon) {
      this.#isSoon = true;
      this.#wait(delayMs);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#looked;
  }

  #wait(delayMs: number): void {
    this.#cancel();
    if (!this.#isStopped) this.#cancel = this.#options.clock.after(delayMs, () => this.#begin());
  }

  #begin(): void {
    const { look, failed } = this.#options;
    this.#isLooking = true;
    this.#looked = look()
      .catch(failed)
      .finally(() => this.#end());
  }

  #end(): void {
    const { everyMs } = this.#options;
    this.#isLooking = false;
    this.#isSoon = this.#wantedMs !== undefined;
    this.#wait(Math.min(everyMs, this.#wantedMs ?? everyMs));
    this.#wantedMs = undefined;
  }
}
