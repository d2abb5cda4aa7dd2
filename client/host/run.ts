import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { reservedFolder, show } from '../../protocol/tar-guard.ts';
import { HostError } from './host-error.ts';
import { flow, OutflowBroken } from './outflow.ts';
import { TarFault } from './tar-fault.ts';
import { type UnpackBounds, Unpacker, WriteFailed } from './unpack.ts';
import { type HostFile, upload } from './upload.ts';

export interface RunLimits extends UnpackBounds {
  /** Bytes of what the host says about the run: error and list of what was left out, each. */
  readonly textBytes: number;
  /** How long, in milliseconds, the host may take nothing or say nothing; it says something every second or so. */
  readonly idleMs: number;
}

export interface RunOnHost {
  /** Connected to a Host door; it is ended and destroyed here. */
  readonly socket: Duplex;
  readonly files: readonly HostFile[];
  readonly arguments: readonly string[];
  /** Where results go; made if need be. Files of the same names are replaced. */
  readonly outputFolder: string;
  readonly limits: RunLimits;
  readonly progress?: (event: RunProgress) => void;
  /** Ends the run: the host kills the program when the connection goes. */
  readonly signal?: AbortSignal;
}

/** 'accepted': the host has taken the work; it waits for its turn, or runs. */
export type RunProgress =
  | { readonly kind: 'sending' | 'received'; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'sent' | 'accepted' };

export interface RunResult {
  /** As a shell would give it: 128 and the signal's number where a signal ended the program. Undefined where it never ran. */
  readonly exitCode: number | undefined;
  /** Paths of files with what the program wrote; undefined where it never ran. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  /** Paths below the output folder, in the order in which they came. */
  readonly files: readonly string[];
  /** What the program left and the host did not send, in the host's words. */
  readonly leftOut: readonly string[];
  /** Why the host ended the program, or held back what it left. */
  readonly error: string | undefined;
}

const texts = {
  exitCode: `${reservedFolder}/exit-code`,
  error: `${reservedFolder}/error`,
  leftOut: `${reservedFolder}/left-out`,
};
const streams = [`${reservedFolder}/stdout`, `${reservedFolder}/stderr`] as const;
const errorMark = '# error: ';
/** Before the sentence of a refusal that passes, or that another host need not share. */
const unavailableMark = '[unavailable] ';
/** Of the system, where no more can be written here. */
const noSpace = ['ENOSPC', 'EDQUOT'];

/** How far the question came: before all of it is up, the host cannot have begun. */
interface Question {
  sent: boolean;
}

/**
 * Runs a program through a Host door: sends files and arguments, and writes what comes back below the output
 * folder, never outside it nor through a link, for the host may be hostile. Throws `HostError`.
 */
export async function runOnHost(run: RunOnHost): Promise<RunResult> {
  const { socket, signal } = run;
  const cancel = () => socket.destroy();
  const asking: Question = { sent: false };
  // Errors of the socket show where it is read or written.
  socket.on('error', () => {});
  signal?.addEventListener('abort', cancel);
  try {
    if (signal?.aborted) throw new HostError('cancelled', 'the run was cancelled before it began');
    // Once the answer is complete, or cannot be, nothing more needs to go up.
    const answer = receive(run, asking).finally(cancel);
    const question = send(run, asking);
    // A host that refuses answers while files still go up, and then takes no more of them: its answer counts.
    const [answered, asked] = await Promise.allSettled([
      answer,
      question.catch((cause) => giveUp(run, cause)),
    ]);
    if (asked.status === 'rejected') throw asked.reason;
    if (answered.status === 'rejected') throw answered.reason;
    return answered.value;
  } catch (cause) {
    if (signal?.aborted) throw new HostError('cancelled', 'the run was cancelled', { cause });
    if (cause instanceof HostError) throw cause;
    if (cause instanceof TarFault)
      throw new HostError('host-misbehaved', `what the host sent back was not taken: ${cause.message}`, {
        cause,
      });
    if (cause instanceof WriteFailed) throw notWritten(cause);
    const detail = `the connection to the host broke: ${messageOf(cause)}`;
    throw new HostError('unavailable', detail, { cause, nothingRan: !asking.sent });
  } finally {
    signal?.removeEventListener('abort', cancel);
    socket.destroy();
  }
}

async function send(run: RunOnHost, asking: Question): Promise<void> {
  const { socket, files, arguments: words, limits, progress } = run;
  await upload({
    files,
    arguments: words,
    bounds: limits,
    send: (bytes) => flow(socket, bytes, limits.idleMs),
    ending: () => {
      asking.sent = true;
    },
    sending: (name, sizeBytes) => progress?.({ kind: 'sending', name, sizeBytes }),
  });
  // The archive's own mark ends it; half-open connections, which not every proxy passes on, are not needed.
  progress?.({ kind: 'sent' });
}

/** A fault of ours ends the run; a connection that takes no more leaves the last word to what the host says. */
function giveUp({ socket }: RunOnHost, cause: unknown): void {
  if (cause instanceof OutflowBroken) return;
  socket.destroy();
  throw cause;
}

/** The results came, and this machine did not take them. */
function notWritten(cause: WriteFailed): HostError {
  const detail = `the results were not written: ${cause.message}`;
  const system = cause.cause;
  const full = system instanceof Error && 'code' in system && noSpace.includes(String(system.code));
  const next = 'free some space, or choose another folder with -o';
  return new HostError('bad-file', detail, full ? { cause, next } : { cause });
}

async function receive(run: RunOnHost, asking: Question): Promise<RunResult> {
  const { outputFolder, limits, progress } = run;
  await mkdir(outputFolder, { recursive: true }).catch((cause) => {
    throw new WriteFailed(`${show(outputFolder)} cannot be made (${messageOf(cause)})`, { cause });
  });
  const received = new Set<string>();
  const unpacker = new Unpacker({
    folder: outputFolder,
    bounds: limits,
    links: false,
    texts: new Map([
      [texts.exitCode, 16],
      [texts.error, limits.textBytes],
      [texts.leftOut, limits.textBytes],
    ]),
    reservedFiles: streams,
    written: ({ path, sizeBytes }) => {
      received.add(path);
      progress?.({ kind: 'received', name: path, sizeBytes });
    },
  });
  try {
    await take(run, asking, unpacker);
  } finally {
    await unpacker.abandon();
  }
  const [stdout, stderr] = streams.map((name) =>
    received.delete(name) ? join(outputFolder, name) : undefined,
  );
  const error = textOf(unpacker, texts.error)?.trim();
  return {
    exitCode: readExitCode(textOf(unpacker, texts.exitCode), error),
    stdout,
    stderr,
    files: [...received],
    leftOut: lines(textOf(unpacker, texts.leftOut) ?? ''),
    error,
  };
}

async function take(run: RunOnHost, asking: Question, unpacker: Unpacker): Promise<void> {
  const { socket, limits, progress } = run;
  let start = Buffer.alloc(0);
  for await (const chunk of within(socket, limits.idleMs)) {
    if (unpacker.started) await unpacker.push(chunk);
    else {
      start = Buffer.concat([start, chunk]);
      if (start.length < errorMark.length) continue;
      if (start.toString('latin1', 0, errorMark.length) === errorMark) {
        if (start.length > limits.textBytes || start.includes(0x0a)) break;
        continue;
      }
      progress?.({ kind: 'accepted' });
      await unpacker.push(start);
    }
    if (unpacker.ended) return;
  }
  if (unpacker.started)
    throw new HostError('unavailable', 'the connection ended before all results had come');
  if (start.toString('latin1', 0, errorMark.length) !== errorMark)
    throw new HostError('unavailable', 'the host closed the connection without an answer', {
      nothingRan: !asking.sent,
    });
  const sentence = start.toString('utf8', errorMark.length, limits.textBytes).split('\n')[0] ?? '';
  throw refusal(sentence.replaceAll(/\p{Cc}/gu, ' ').trim());
}

/** What the host says before it takes the work: of refusals without a mark it is the work that has to be mended. */
function refusal(sentence: string): HostError {
  if (!sentence.startsWith(unavailableMark)) return new HostError('work-refused', sentence);
  return new HostError('unavailable', sentence.slice(unavailableMark.length), {
    next: 'try again later',
    nothingRan: true,
  });
}

/** The chunks of a stream, none of which may be later than `idleMs` after the one before was asked for. */
async function* within(socket: Duplex, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new HostError('unavailable', `the host said nothing for ${idleMs / 1000} s`)),
      idleMs,
    );
    try {
      const next = await Promise.race([chunks.next(), late.promise]);
      if (next.done === true) return;
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

function readExitCode(text: string | undefined, error: string | undefined): number | undefined {
  if (text === undefined) {
    if (error === undefined) throw new TarFault('it says neither an exit code nor an error');
    return undefined;
  }
  if (!/^\d{1,3}\s*$/.test(text)) throw new TarFault(`its exit code is ${show(text)}`);
  return Number(text);
}

function textOf(unpacker: Unpacker, name: string): string | undefined {
  return unpacker.texts
    .get(name)
    ?.toString('utf8')
    .replaceAll(/[\p{Cc}--\n]/gv, ' ');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
