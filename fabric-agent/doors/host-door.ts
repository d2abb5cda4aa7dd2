import type { Socket } from 'node:net';
import { flow, OutflowBroken } from '../../client/host/outflow.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Admission, Door, Listen } from '../../platform/doors/door.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { Application } from '../application.ts';
import type { Opening } from '../hours/opening.ts';
import type { CollectBounds } from '../local/collect.ts';
import { type Execution, type ExecutionLimits, execute } from '../local/execution.ts';
import type { RunFolder, RunFolders } from '../local/run-folders.ts';
import type { Turns } from '../local/turns.ts';
import { answerFailure, answerRun, type Send, sign } from './answer.ts';
import { type IntakeLimits, takeIn } from './intake.ts';
import type { Seats } from './seats.ts';
import { createStreamDoor, type StreamDoorLimits, type Visit } from './stream-door.ts';

export interface HostDoorLimits {
  readonly door: StreamDoorLimits;
  readonly intake: IntakeLimits;
  /** Those of an application stand in its place of the catalogue. */
  readonly execution: Omit<ExecutionLimits, 'timeMs' | 'outputBytes'>;
  readonly collect: CollectBounds;
  /** How long, in milliseconds, a client may take nothing of its results. */
  readonly answerIdleMs: number;
  /** How often a client hears that it is not forgotten, in milliseconds. */
  readonly aliveMs: number;
  /** How long, in milliseconds, a running program may go on when the door stops. */
  readonly drainMs: number;
}

export interface HostDoorOptions {
  readonly application: Application;
  readonly listen: Listen;
  readonly limits: HostDoorLimits;
  readonly admission: Admission;
  /** Shared by all Host doors of an agent: who may send or wait, and who may run. */
  readonly seats: Seats;
  readonly turns: Turns;
  /** Whether the node serves at this time of day: what runs when it closes goes on. */
  readonly opening: Pick<Opening, 'unwilling'>;
  readonly runs: RunFolders;
  /** The search path of programs, and what the owner adds to their environment. */
  readonly path: string;
  readonly additions: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The door of one application: an archive in, its program runs, an archive out. Until the work is accepted an error
 * is a `# error:` line and nothing has run; from then on the answer is an archive, and an error stands in it.
 */
export function createHostDoor(options: HostDoorOptions): Door {
  const { application, listen, limits, admission, clock, log } = options;
  return createStreamDoor({
    name: `the Host door of ${application.name}`,
    listen,
    limits: limits.door,
    admission,
    serve: (visit) => serve(options, visit),
    clock,
    log,
  });
}

async function serve(options: HostDoorOptions, { socket, ending }: Visit): Promise<void> {
  const { application, limits, seats, opening, runs } = options;
  const { unwilling } = opening;
  if (unwilling !== undefined) throw new Refusal({ code: 'unavailable', status: 503, detail: unwilling });
  const leave = seats.take();
  if (leave === undefined) throw full;
  try {
    await using run = await runs.make();
    const { words, hasFiles } = await takeIn(socket, run.work, limits.intake, ending);
    const command = application.commandLine(words);
    if ('reason' in command) throw new Refusal({ code: 'work-refused', status: 422, detail: command.reason });
    await work(options, { socket, ending, run, argv: command.argv, hasFiles });
  } finally {
    leave();
  }
}

interface Work {
  readonly socket: Socket;
  readonly ending: AbortSignal;
  readonly run: RunFolder;
  readonly argv: readonly string[];
  readonly hasFiles: boolean;
}

/** The work is accepted: it waits for its turn, runs, and is answered. */
async function work(options: HostDoorOptions, { socket, ending, run, argv, hasFiles }: Work): Promise<void> {
  const { application, limits, clock, log } = options;
  const gone = new AbortController();
  const send: Send = (bytes) => flow(socket, bytes, limits.answerIdleMs);
  const leaveGone = () => gone.abort(new OutflowBroken('the client has gone'));
  socket.once('close', leaveGone);
  // It may have gone while the last of its files was being written.
  if (socket.destroyed) leaveGone();
  // What comes after the archive is of no interest, but its end is.
  socket.resume();
  const stopSigns = giveSigns(socket, limits.aliveMs, clock);
  try {
    const leave = await options.turns.enter(AbortSignal.any([gone.signal, ending]));
    let execution: Execution;
    try {
      using patience = patient(ending, limits.drainMs, clock);
      execution = await execute({
        argv,
        run,
        hasInput: hasFiles,
        path: options.path,
        additions: options.additions,
        limits: { ...limits.execution, timeMs: application.timeMs, outputBytes: application.outputBytes },
        signal: AbortSignal.any([gone.signal, patience.signal]),
        clock,
      });
    } finally {
      leave();
    }
    stopSigns();
    await answerRun(send, clock, run.work, execution, limits.collect);
  } catch (error) {
    stopSigns();
    if (error instanceof OutflowBroken)
      log.debug('a client went away', { application: application.name, error: error.message });
    else await answerFailure(send, clock, excuse(error, log)).catch(() => {});
    if (error instanceof OutflowBroken) socket.destroy();
  }
}

/** Says at once and from time to time that the work is accepted. A client that has gone shows by this alone. */
function giveSigns(socket: Socket, everyMs: number, clock: Clock): () => void {
  let cancel = () => {};
  const give = () => {
    if (socket.writable && socket.writableLength === 0) socket.write(sign);
    cancel = clock.after(everyMs, give);
  };
  give();
  return () => cancel();
}

/** A signal that follows another one `ms` milliseconds later. */
function patient(
  signal: AbortSignal,
  ms: number,
  clock: Clock,
): Disposable & { readonly signal: AbortSignal } {
  const later = new AbortController();
  let cancel = () => {};
  const begin = () => {
    cancel = clock.after(ms, () => later.abort(signal.reason));
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin);
  return {
    signal: later.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', begin);
      cancel();
    },
  };
}

/** Why accepted work did not run, for the client. */
function excuse(error: unknown, log: Log): string {
  if (error instanceof Refusal) return error.detail;
  log.error('a program could not be run', { error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return code === undefined
    ? 'a fault of the agent itself; its log tells more'
    : `the program could not be run (${code})`;
}

const full = new Refusal({
  code: 'unavailable',
  status: 503,
  detail: 'this agent has as much work waiting as its owner allows',
});
