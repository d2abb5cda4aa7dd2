import type { Clock } from '../platform/clock.ts';
import { backOff, type Patience, pause } from './tasks/pause.ts';

/**
 * Keeps a line up until the signal aborts: connects again whenever it breaks, after a while that grows with each
 * failure in a row. `connect` goes on until the line breaks, throws why, and says by `heard` that the line is good.
 */
export async function redial(options: {
  readonly connect: (heard: () => void) => Promise<never>;
  readonly failed: (error: unknown) => void;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { connect, failed, patience, clock, signal } = options;
  let failures = 0;
  const heard = () => {
    failures = 0;
  };
  while (!signal.aborted) {
    await connect(heard).catch(failed);
    await pause(clock, backOff(patience, failures), signal).catch(() => {}); // the loop ends then
    failures += 1;
  }
}
