import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { buildEnvironment } from '../environment.ts';
import { overgrown, type Quota } from './overgrown.ts';
import { type ProgramLimits, runProgram } from './program.ts';
import type { RunFolder } from './run-folders.ts';
import { emptySnapshot, type Snapshot, takeSnapshot } from './snapshot.ts';
import { killStrays } from './strays.ts';

export interface ExecutionLimits extends ProgramLimits, Quota {}

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
    watch: () => overgrown([run.work, run.temporary], before, limits),
    signal,
    clock,
  });
  // What left the program's group would escape its bounds, and could change what is collected.
  await killStrays(run.path);
  return { exitCode, stopped, before, stdout, stderr };
}
