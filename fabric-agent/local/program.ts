import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';

export interface ProgramLimits {
  /** How long the program may run, in milliseconds. */
  readonly timeMs: number;
  /** Bytes of standard output and standard error together. */
  readonly outputBytes: number;
  /** How long, in milliseconds, a program that is told to end may take before it is killed. */
  readonly graceMs: number;
  /** How often `watch` is asked, in milliseconds. */
  readonly watchMs: number;
}

export interface ProgramOrder {
  /** The program as an absolute path, then its arguments. */
  readonly argv: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files for what it prints; made when it prints. */
  readonly stdout: string;
  readonly stderr: string;
  readonly limits: ProgramLimits;
  /** Says why the program must end, if it must. */
  readonly watch: () => Promise<string | undefined>;
  /** Ends the program; its reason, a sentence or an error, becomes the outcome's. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface ProgramOutcome {
  /** As a shell gives it: 128 and the signal's number where a signal ended the program. */
  readonly exitCode: number;
  /** Why the program was ended, where it did not end by itself. */
  readonly stopped: string | undefined;
}

/**
 * Runs a program in a session of its own, with no shell between. Whatever ends it, its whole process group is dead
 * afterwards. Throws the system's error where it could not be started.
 */
export async function runProgram(order: ProgramOrder): Promise<ProgramOutcome> {
  order.signal.throwIfAborted();
  const { limits, clock, signal } = order;
  const [program, ...words] = order.argv;
  const child = spawn(program!, words, {
    cwd: order.folder,
    env: order.environment,
    detached: true,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');

  let stopped: string | undefined;
  let running = true;
  let cancelWatch = () => {};
  let cancelKill = () => {};
  const stop = (reason: string) => {
    if (stopped !== undefined || !running) return;
    stopped = reason;
    killGroup(child, 'SIGTERM');
    cancelKill = clock.after(limits.graceMs, () => killGroup(child, 'SIGKILL'));
  };
  const abort = () => stop(sentenceOf(signal.reason));
  const watch = () => {
    cancelWatch = clock.after(limits.watchMs, async () => {
      const reason = await order.watch().catch(() => undefined);
      if (reason !== undefined) stop(reason);
      else if (running) watch();
    });
  };

  const exited = Promise.withResolvers<number>();
  child.once('exit', (code, name) => {
    running = false;
    // At once, while the number of the group cannot have been given to another.
    killGroup(child, 'SIGKILL');
    exited.resolve(code ?? 128 + constants.signals[name!]);
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const cancelLimit = clock.after(limits.timeMs, () =>
    stop(`the program ran longer than ${limits.timeMs / 1000} s, its bound, and was ended`),
  );
  watch();
  const budget = {
    left: limits.outputBytes,
    exceeded: () =>
      stop(`the program printed more than ${limits.outputBytes} bytes, its bound, and was ended`),
  };
  const kept = Promise.all([
    keep(child.stdout, order.stdout, budget),
    keep(child.stderr, order.stderr, budget),
  ]);
  // Looked at below; until then a failure must not count as unhandled.
  kept.catch((error) => stop(`what the program printed could not be kept: ${sentenceOf(error)}`));

  const exitCode = await exited.promise;
  for (const cancel of [cancelWatch, cancelKill, cancelLimit]) cancel();
  signal.removeEventListener('abort', abort);
  // Something that has left the group may still hold the other end.
  const cancel = clock.after(limits.graceMs, () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  await kept.catch(() => {});
  cancel();
  return { exitCode, stopped };
}

interface Budget {
  left: number;
  readonly exceeded: () => void;
}

/** Writes what comes into a file, as far as the budget goes; what comes after is thrown away. */
async function keep(stream: Readable, path: string, budget: Budget): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const piece = chunk.subarray(0, budget.left);
      budget.left -= piece.length;
      if (piece.length < chunk.length) budget.exceeded();
      if (piece.length === 0) continue;
      handle ??= await open(path, 'wx', 0o600);
      await handle.appendFile(piece);
    }
  } catch (error) {
    // Given up on: something outside the group still holds the other end.
    if (!stream.destroyed || !isPrematureClose(error)) {
      stream.resume();
      throw error;
    }
  } finally {
    await handle?.close();
  }
}

/** Sends a signal to all of the program's group; the group's number is the program's. */
function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, name);
  } catch {
    // All of it has ended already.
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function sentenceOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
