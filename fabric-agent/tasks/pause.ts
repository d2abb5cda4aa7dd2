import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** Waits for `ms` milliseconds. Rejects with the signal's reason when that is aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  const abort = () => {
    cancel();
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** How long to wait between tries, in milliseconds. */
export interface Patience {
  readonly firstMs: number;
  readonly mostMs: number;
  /** From 0 to 1: so that not all come back together. */
  readonly random: () => number;
}

/** The wait after so many failures in a row: twice as long each time up to the most, and a half to all of that. */
export function backOff({ firstMs, mostMs, random }: Patience, failures: number): number {
  return Math.min(firstMs * 2 ** Math.min(failures, 30), mostMs) * (0.5 + random() / 2);
}

/** Does something again and again until it does not throw, or the signal aborts. */
export async function insist(
  task: () => Promise<void>,
  options: {
    readonly patience: Patience;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly log: Log;
    /** What the log says at the first failure. */
    readonly failed: string;
  },
): Promise<void> {
  const { patience, clock, signal, log, failed } = options;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await task();
    } catch (error) {
      if (failures === 0) log.warn(failed, { error });
      await pause(clock, backOff(patience, failures), signal).catch(() => {}); // the loop ends then
    }
  }
}
