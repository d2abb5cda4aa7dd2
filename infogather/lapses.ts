import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

/** How long after its end a registration lapses at the latest, in milliseconds: those of this time lapse together. */
const lapseWithinMs = 1_000;

/** Has registrations lapse soon after their end, though nobody asks for them. */
export class Lapses {
  readonly #clock: Clock;
  readonly #lapse: () => Promise<number>;
  readonly #log: Log;
  #at = Infinity;
  #cancel: () => void = () => {};
  #isOpen = false;

  /** @param lapse has lapse what is due; resolves with when the next is */
  constructor(clock: Clock, lapse: () => Promise<number>, log: Log) {
    this.#clock = clock;
    this.#lapse = lapse;
    this.#log = log;
  }

  start(next: number): void {
    this.#isOpen = true;
    this.await(next);
  }

  stop(): void {
    this.#isOpen = false;
    this.#at = Infinity;
    this.#cancel();
  }

  /** Nothing lapses before `next`, in milliseconds since 1970. */
  await(next: number): void {
    const at = next + lapseWithinMs;
    if (!this.#isOpen || at >= this.#at || at === Infinity) return;
    this.#cancel();
    this.#at = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#at = Infinity;
      void this.#lapseNow();
    });
  }

  async #lapseNow(): Promise<void> {
    let next = this.#clock.now();
    try {
      next = await this.#lapse();
    } catch (error) {
      this.#log.error('registrations cannot lapse; trying again', { error });
    }
    this.await(next);
  }
}
