import type { Code } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import { pause } from './pause.ts';
import { Retries, type RetryLimits } from './retries.ts';

const usualLimits: RetryLimits = { firstMs: 200, mostMs: 5_000, awayMs: 60_000 };

/**
 * Calls that may be made again are, as long as the service is away for no longer than the limits say: each that succeeds
 * begins the count anew.
 */
export class Again {
  readonly #retries: Retries;

  readonly #also: readonly Code[];

  /** @param also what passes here beside what passes everywhere */
  constructor(limits: Partial<RetryLimits> = {}, also: readonly Code[] = []) {
    this.#also = also;
    this.#retries = new Retries({ ...usualLimits, ...limits }, Math.random);
  }

  /** Throws what the service refuses, what calls it off, and that it was away for too long. */
  async call<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.heard();
        return result;
      } catch (error) {
        await this.wait(error, signal);
      }
    }
  }

  /** Something went well: what fails from now on is counted anew. */
  heard(): void {
    this.#retries.heard(performance.now(), true);
  }

  /** Waits until another call may be made after this error; throws the error where none may. */
  async wait(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    const waitMs = this.#isPassing(error) ? this.#retries.broke(performance.now()) : undefined;
    if (waitMs === undefined || signal?.aborted) throw error;
    await pause(waitMs, signal);
  }

  /** Whether the same call may succeed a little later: the service is away, or did not answer whole. */
  #isPassing(error: unknown): boolean {
    if (!(error instanceof ServiceFailure)) return false;
    return passing.has(error.code) || this.#also.some((code) => code === error.code);
  }
}

const passing = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'stopped',
  'too-many-connections',
  'too-many-requests',
]);
