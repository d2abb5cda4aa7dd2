import { diskBytes, type Snapshot } from './snapshot.ts';
import { walk } from './walk.ts';

/** How much a program may leave on the disk. */
export interface Quota {
  /** Bytes of disk beside its input. */
  readonly resultBytes: number;
  /** Files and directories. */
  readonly resultEntries: number;
  readonly depth: number;
}

/** Why the program that writes into these folders has taken too much of the disk, if it has. */
export async function overgrown(
  folders: readonly string[],
  before: Snapshot,
  limits: Quota,
): Promise<string | undefined> {
  let bytes = -before.usedBytes;
  let entries = -before.marks.size;
  for (const folder of folders) {
    for await (const { stats } of walk({ folder, depth: limits.depth })) {
      bytes += stats === undefined ? 0 : diskBytes(stats);
      entries += 1;
      if (bytes > limits.resultBytes)
        return `the program wrote more than ${limits.resultBytes} bytes, its bound, and was ended`;
      if (entries > limits.resultEntries)
        return `the program made more than ${limits.resultEntries} files and directories, its bound, and was ended`;
    }
  }
  return undefined;
}
