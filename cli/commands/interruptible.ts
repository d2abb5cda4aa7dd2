import { type Failure, Refusal } from '../../platform/failure.ts';
import { exit } from '../exit.ts';

/**
 * Runs a task that SIGINT and SIGTERM call off: its signal is aborted, and however it fails then, the command ends as
 * interrupted, with the failure that is given. A second signal ends the process at once.
 */
export async function interruptible(
  failure: Failure,
  task: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await task(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.exitCode = exit.interrupted;
    throw new Refusal(failure, { cause: error });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
