import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { buildEnvironment } from '../environment.ts';
import { type ProgramLimits, runProgram } from './program.ts';
import type { RunFolder } from './run-folders.ts';
import { diskBytes, emptySnapshot, type Snapshot, takeSnapshot } from './snapshot.ts';
import { killStrays } from './strays.ts';
import { walk } from './walk.ts';

export interface ExecutionLimits extends ProgramLimits {
  /** Bytes of disk that the program may take beside its input. */
  readonly resultBytes: number;
  /** Files and directories that it may leave. */
  readonly resultEntries: number;
  readonly depth: number;
}

export interface ExecutionOrder {
  readonly argv: readonly string[];
  readonly run: RunFolder;
  /** Whether there are files in the work directory. */
  readonly hasInput: boolean;
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly limits: ExecutionLimits;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface Execution {
  readonly exitCode: number;
  /** Why the program was ended, where it did not end by itself. */
  readonly stopped: string | undefined;
  /** What lay in the work directory before. */
  readonly before: Snapshot;
  /** What it printed; a file that is not there is an empty one. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one program on this machine, under the agent's own user, in a folder that is ready. */
export async function execute(order: ExecutionOrder): Promise<Execution> {
  const { argv, run, limits, signal, clock } = order;
  const before = order.hasInput ? await takeSnapshot(run.work, run.path, limits.depth) : emptySnapshot;
  const stdout = join(run.path, 'stdout');
  const stderr = join(run.path, 'stderr');
  const { exitCode, stopped } = await runProgram({
    argv,
    folder: run.work,
    environment: buildEnvironment({
      path: order.path,
      home: run.work,
      temporary: run.temporary,
      additions: order.additions,
    }),
    stdout,
    stderr,
    limits,
    watch: () => overgrown(run, before, limits),
    signal,
    clock,
  });
  // What left the program's group would escape its bounds, and could change what is collected.
  await killStrays(run.path);
  return { exitCode, stopped, before, stdout, stderr };
}

/** Why the program has taken too much of the disk, if it has. */
async function overgrown(
  run: RunFolder,
  before: Snapshot,
  limits: ExecutionLimits,
): Promise<string | undefined> {
  let bytes = -before.usedBytes;
  let entries = -before.marks.size;
  for (const folder of [run.work, run.temporary]) {
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
