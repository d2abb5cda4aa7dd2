import type { PrintedStream } from '../protocol/agent/messages.ts';
import type { TaskView } from '../protocol/jobs/job.ts';
import type { TaskState } from '../protocol/jobs/states.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import { requestBytes, type ServiceAddress } from './http.ts';
import type { RetryLimits } from './retries.ts';

/** A part of what a task has printed. */
export interface PrintedPiece {
  /** The attempt that printed it: with another one it begins anew. */
  readonly attempt: number;
  /** Where it begins, in bytes. */
  readonly from: number;
  readonly bytes: Uint8Array;
}

export interface PrintedOptions {
  /** Whether it goes on with what is printed yet, until the task has ended. */
  readonly follow?: boolean | undefined;
  /** The only attempt that is read: where another one has begun it ends. */
  readonly attempt?: number | undefined;
  /** The first byte. */
  readonly from?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PrintedParts {
  readonly address: ServiceAddress;
  readonly limits: Partial<RetryLimits>;
  /** The path of the task at the broker. */
  readonly path: string;
  readonly stream: PrintedStream;
  /** Tells how the task is. */
  readonly task: () => Promise<Pick<TaskView, 'state' | 'attempt'>>;
}

/** Bytes of one piece. */
const pieceBytes = 1024 * 1024;

/** How long the broker may wait for something to be printed, in seconds: less than a call may take. */
const waitSeconds = 20;

/** The states in which a task prints nothing more in the attempt that it is in. */
const ended: ReadonlySet<TaskState> = new Set(['done', 'failed', 'lost', 'cancelled']);

/**
 * What a task prints, in pieces, each byte of an attempt once and in order, also over the end of its program and while
 * the broker is away for a while. A node of which nothing is heard is waited for as long as the broker would be.
 */
export async function* printedPieces(
  { address, limits, path, stream, task }: PrintedParts,
  { follow = false, attempt: only, from = 0, signal }: PrintedOptions,
): AsyncGenerator<PrintedPiece, void, void> {
  const again = new Again(limits, follow ? ['node-silent', 'node-busy'] : ['node-busy']);
  let attempt = only;
  let isLast = !follow;
  for (let at = from; ; ) {
    const query = isLast ? '' : `?wait=${waitSeconds}`;
    const got = await again
      .call(() => part(address, `${path}/${stream}${query}`, at, attempt, signal), signal)
      .catch(unlessOver);
    if (got === undefined) {
      if (only !== undefined) return;
      at = 0;
      attempt = undefined;
      isLast = !follow;
    } else if (got.bytes.length > 0) {
      attempt ??= got.attempt;
      yield { attempt, from: at, bytes: got.bytes };
      at += got.bytes.length;
    } else {
      if (isLast) return;
      const now = await again.call(task, signal);
      // Asked before the last look: what was printed by then is all there.
      isLast = ended.has(now.state) && (attempt === undefined || attempt === now.attempt);
    }
  }
}

/** What is there from a byte on; nothing where there is none. */
async function part(
  address: ServiceAddress,
  path: string,
  at: number,
  attempt: number | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly attempt: number; readonly bytes: Uint8Array }> {
  const headers = {
    Range: `bytes=${at}-${at + pieceBytes - 1}`,
    ...(attempt === undefined ? {} : { 'If-Match': `"attempt-${attempt}"` }),
  };
  try {
    const got = await requestBytes(address, path, { headers, signal: signal ?? null });
    const [, named] = /^"attempt-(\d+)"$/.exec(got.headers.get('etag') ?? '') ?? [];
    return { attempt: Number(named ?? 0), bytes: got.status === 206 ? got.bytes : got.bytes.subarray(at) };
  } catch (error) {
    if (error instanceof ServiceFailure && error.status === 416)
      return { attempt: 0, bytes: new Uint8Array() };
    throw error;
  }
}

function unlessOver(error: unknown): undefined {
  if (error instanceof ServiceFailure && error.code === 'attempt-over') return undefined;
  throw error;
}
