import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Failure, Refusal } from '../../platform/failure.ts';
import { onSignals, type Signals } from '../../platform/lifecycle.ts';
import { exit } from '../exit.ts';

/**
 * Runs a task that SIGINT and SIGTERM call off: its signal is aborted, and however it fails then, the command ends as
 * interrupted, with the failure that is given, or as it is said then. A second signal ends the process at once.
 */
export async function interruptible(
  failure: Failure | (() => Failure),
  task: (signal: AbortSignal) => Promise<void>,
  { clock, signals }: { readonly clock: Clock; readonly signals: Signals } = {
    clock: systemClock,
    signals: process,
  },
): Promise<void> {
  const abort = new AbortController();
  const offSignals = onSignals(signals, clock, () => abort.abort());
  try {
    await task(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.exitCode = exit.interrupted;
    throw new Refusal(typeof failure === 'function' ? failure() : failure, { cause: error });
  } finally {
    offSignals();
  }
}
