import { setTimeout as pause } from 'node:timers/promises';
import { ServiceFailure } from './failure.ts';
import { Retries, type RetryLimits } from './retries.ts';

const usualLimits: RetryLimits = { firstMs: 200, mostMs: 5_000, awayMs: 60_000 };

/**
 * Calls that may be made again are, as long as the service is away for no longer than the limits say: each that succeeds
 * begins the count anew.
 */
export class Again {
  readonly #retries: Retries;

  constructor(limits: Partial<RetryLimits> = {}) {
    this.#retries = new Retries({ ...usualLimits, ...limits }, Math.random);
  }

  /** Throws what the service refuses, what calls it off, and that it was away for too long. */
  async call<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (;;) {
      try {
        const result = await work();
        this.#retries.heard(performance.now(), true);
        return result;
      } catch (error) {
        const waitMs = isPassing(error) ? this.#retries.broke(performance.now()) : undefined;
        if (waitMs === undefined || signal?.aborted) throw error;
        await pause(waitMs, undefined, { signal });
      }
    }
  }
}

/** Whether the same call may succeed a little later: the service is away, or did not answer whole. */
function isPassing(error: unknown): boolean {
  return error instanceof ServiceFailure && passing.has(error.code);
}

const passing = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'stopped',
  'too-many-connections',
  'too-many-requests',
]);
