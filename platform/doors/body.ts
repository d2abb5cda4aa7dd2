import type { IncomingMessage } from 'node:http';
import { Refusal } from '../failure.ts';
import { tooLarge } from './checks.ts';

/**
 * Reads the text of a request whole.
 *
 * @returns undefined where the peer went before its end
 * @throws Refusal `too-large` (what follows is thrown away unread), `not-utf-8`
 */
export async function readText(request: IncomingMessage, bodyBytes: number): Promise<string | undefined> {
  const bytes = await collect(request, bodyBytes);
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const failure = { code: 'not-utf-8', status: 400, detail: 'the body is not text in UTF-8' };
    throw new Refusal(failure, { cause: error });
  }
}

/**
 * The bytes of a request as they come, no faster than they are taken, in pieces of so many at most: each stands in the
 * same memory, and is gone when the next is asked for. They end where the peer goes, too. Who stops taking them can
 * still answer: the rest is thrown away unread.
 */
export async function* bytesOf(
  request: IncomingMessage,
  pieceBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  const gathered = new Gathered(request, pieceBytes);
  try {
    for (;;) {
      const piece = await gathered.next();
      if (piece.length === 0) return;
      yield piece;
    }
  } finally {
    gathered.leave();
  }
}

/**
 * Gathers what comes in one piece of memory. What Node.js read it into is freed at once: left to the collector of garbage,
 * it would take many times as much.
 */
class Gathered {
  readonly #request: IncomingMessage;
  readonly #memory: Buffer;
  /** Bytes of the memory that are in use. */
  #size = 0;
  /** Came last, and from where on the memory had no room for it. */
  #last: { readonly chunk: Buffer; readonly from: number } | undefined;
  #hasEnded: boolean;
  #wake: () => void = () => {};

  constructor(request: IncomingMessage, pieceBytes: number) {
    this.#request = request;
    this.#memory = Buffer.allocUnsafeSlow(pieceBytes);
    this.#hasEnded = request.readableEnded || request.destroyed;
    request.on('data', this.#take);
    for (const end of ends) request.on(end, this.#end);
  }

  /** Waits until the memory is full, or nothing more comes; empty once that is so. */
  async next(): Promise<Buffer> {
    this.#size = 0;
    if (this.#last !== undefined) this.#keep(this.#last.chunk, this.#last.from);
    if (this.#size < this.#memory.length && !this.#hasEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#request.resume();
      await promise;
    }
    return this.#memory.subarray(0, this.#size);
  }

  leave(): void {
    this.#request.off('data', this.#take).resume();
  }

  readonly #take = (chunk: Buffer): void => {
    // Freed only now, when whoever read it has gone on.
    if (this.#last !== undefined) free(this.#last.chunk);
    this.#keep(chunk, 0);
    if (this.#size < this.#memory.length) return;
    this.#request.pause();
    this.#wake();
  };

  #keep(chunk: Buffer, from: number): void {
    const copied = chunk.copy(this.#memory, this.#size, from);
    this.#size += copied;
    this.#last = { chunk, from: from + copied };
  }

  readonly #end = (): void => {
    this.#hasEnded = true;
    this.#wake();
  };
}

function free({ buffer, length }: Buffer): void {
  const isAll = length === buffer.byteLength; // else there are others in it
  if (isAll && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** A request ends, or the peer goes. */
const ends = ['end', 'close', 'error'] as const;

function collect(request: IncomingMessage, bodyBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(new Refusal(tooLarge(bodyBytes)));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
