export interface RetryLimits {
  /** At most so many milliseconds before the second try; twice as long before each further one. */
  readonly firstMs: number;
  /** The longest wait; a connection that held for as long counts as good. */
  readonly mostMs: number;
  /** How long, in milliseconds, the service may be away. */
  readonly awayMs: number;
}

/**
 * When to try again after a connection broke. Waits are drawn evenly from the upper half of what they may be at most,
 * so that many clients of a service that was away do not come back at one moment. Times are milliseconds of any clock
 * that does not go back.
 */
export class Retries {
  readonly #limits: RetryLimits;
  readonly #random: () => number;
  #failed = 0; // tries in a row
  #upSince: number | undefined;
  #awaySince: number | undefined;

  /** @param random from 0 to below 1 */
  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** The service said something; `isNews` where it said more than that it is there again. */
  heard(now: number, isNews: boolean): void {
    this.#awaySince = undefined;
    this.#upSince ??= now;
    if (isNews) this.#failed = 0;
  }

  /** The connection broke, or could not be made: how long to wait; nothing where the service was away for too long. */
  broke(now: number): number | undefined {
    const { firstMs, mostMs, awayMs } = this.#limits;
    if (this.#upSince !== undefined && now - this.#upSince >= mostMs) this.#failed = 0;
    this.#upSince = undefined;
    this.#awaySince ??= now;
    if (now - this.#awaySince > awayMs) return undefined;
    const longest = Math.min(mostMs, firstMs * 2 ** this.#failed);
    this.#failed += 1;
    return longest * (0.5 + this.#random() / 2);
  }
}
