import { join } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type FileLock, takeFileLock } from '../file-lock.ts';

/**
 * Holds a folder for this process alone, as long as it lives and no longer. The lock is a file in the folder, so nobody
 * who may not write there can take it first. `start` throws a Refusal where another has it.
 */
export function createSole(folder: string): Part {
  let lock: FileLock | undefined;
  const stop = async () => {
    lock?.close();
    lock = undefined;
  };
  return {
    async start() {
      lock = takeFileLock(join(folder, 'agent.lock'));
      if (lock === undefined) throw new Refusal(failure('store-in-use', `another agent works in ${folder}`));
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
