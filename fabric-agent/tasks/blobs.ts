import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { refusalOf, type ServiceAddress } from '../../client/http.ts';
import type { Clock } from '../../platform/clock.ts';
import { uploadView } from '../../protocol/blobs.ts';
import { backOff, type Patience, pause } from './pause.ts';

/** A file cannot be brought here or there, whatever is tried: why, as a sentence. */
export class BlobFault extends Error {
  override readonly name = 'BlobFault';
}

/** A part does not follow what is there. */
class PartRefused extends BlobFault {}

/** The files of tasks where those are who sends tasks; what cannot be had or sent is thrown as a {@link BlobFault}. */
export interface BlobAccess {
  /** Brings a blob of so many bytes into a file, which may hold a part of it from before. */
  fetch(blob: string, bytes: number, file: string, signal: AbortSignal): Promise<void>;
  /** Sends so many bytes of an open file as a blob. */
  send(handle: FileHandle, bytes: number, blob: string, signal: AbortSignal): Promise<void>;
}

export interface BlobOptions extends ServiceAddress {
  /** What the broker gave to show; waits for the session. */
  readonly token: (signal: AbortSignal) => Promise<string>;
  readonly patience: Patience;
  readonly clock: Clock;
}

/** Bytes of one call: bounded, so that each is soon over and what has come stays. */
const fetchedAtOnce = 4 * 2 ** 20;
const sentAtOnce = 4 * 2 ** 20;
/** Refusals of parts (a count) in a row that may be mended by looking what is there. */
const mostPartsRefused = 10;
/** Bytes that are read of a file at once. */
const chunkBytes = 256 * 2 ** 10;

/**
 * Files by their SHA-256, from and to the staging of the broker, in parts. A part that fails is asked for again, for
 * as long as it takes: only what no repeat can mend is a {@link BlobFault}.
 */
export class Blobs implements BlobAccess {
  readonly #options: BlobOptions;

  constructor(options: BlobOptions) {
    this.#options = options;
  }

  /** Brings a blob into a file, which may hold a part of it from before. */
  async fetch(blob: string, bytes: number, file: string, signal: AbortSignal): Promise<void> {
    await using handle = await open(file, 'a+', 0o600);
    const hash = createHash('sha256');
    let have = Math.min((await handle.stat()).size, bytes);
    await handle.truncate(have);
    have = await readInto(handle, have, (chunk) => void hash.update(chunk));
    for (let failures = 0; have < bytes; ) {
      try {
        const last = Math.min(have + fetchedAtOnce, bytes) - 1;
        const answer = await this.#call(blob, { headers: { Range: `bytes=${have}-${last}` } }, signal);
        if (answer.status !== 206 && have > 0)
          throw new BlobFault(`${this.#options.url} sends no part of a blob`);
        for await (const chunk of answer.body ?? []) {
          const piece = chunk.subarray(0, bytes - have);
          await handle.appendFile(piece);
          hash.update(piece);
          have += piece.length;
          failures = 0;
        }
      } catch (error) {
        await this.#again(error, failures, signal);
        failures += 1;
      }
    }
    if (hash.digest('hex') === blob) return;
    await handle.truncate(0);
    throw new BlobFault(`what the broker sent as ${blob} is not what that names`);
  }

  /** Sends so many bytes of an open file as a blob. */
  async send(handle: FileHandle, bytes: number, blob: string, signal: AbortSignal): Promise<void> {
    // Of what takes several parts, some may be there from before.
    let there = bytes > sentAtOnce ? await this.#there(blob, signal) : { bytes: 0, complete: false };
    for (let failures = 0; !there.complete; ) {
      const offset = Math.min(there.bytes, bytes);
      const part = Buffer.alloc(Math.min(sentAtOnce, bytes - offset));
      const { bytesRead } = await handle.read(part, 0, part.length, offset);
      if (bytesRead < part.length) throw new BlobFault('it became shorter while it was sent');
      try {
        const init = {
          method: 'PUT',
          headers: { 'Content-Type': 'application/octet-stream' },
          body: part,
        };
        const answer = await this.#call(`${blob}?offset=${offset}&total=${bytes}`, init, signal);
        there = uploadView.parse(await answer.json());
        if (!there.complete && there.bytes >= bytes) throw new BlobFault('it changed while it was sent');
        failures = 0;
      } catch (error) {
        // A part that came already is refused, and so is one after a part that did not: what is there decides.
        if (!(error instanceof PartRefused) || failures >= mostPartsRefused)
          await this.#again(error, failures, signal);
        there = await this.#there(blob, signal);
        failures += 1;
      }
    }
  }

  async #there(blob: string, signal: AbortSignal): Promise<{ bytes: number; complete: boolean }> {
    for (let failures = 0; ; failures += 1) {
      try {
        const answer = await this.#call(`${blob}/upload`, {}, signal);
        return uploadView.parse(await answer.json());
      } catch (error) {
        // Nothing of it is there.
        if (error instanceof BlobFault) return { bytes: 0, complete: false };
        await this.#again(error, failures, signal);
      }
    }
  }

  /** Throws a {@link BlobFault} where the broker refuses for good, and whatever else may be mended by a repeat. */
  async #call(target: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { url, fetch, token } = this.#options;
    const headers = { ...init.headers, Authorization: `Bearer ${await token(signal)}` };
    const path = new URL(`/broker/v1/blobs/${target}`, url);
    const answer = await fetch(path, { redirect: 'error', ...init, headers, signal });
    if (answer.ok) return answer;
    const refusal = refusalOf(answer.status, await answer.text(), url);
    if (answer.status === 409) throw new PartRefused(refusal.detail);
    if (answer.status < 500 && !worthRepeating.has(answer.status)) throw new BlobFault(refusal.detail);
    throw refusal;
  }

  async #again(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (error instanceof BlobFault) throw error;
    // What is wrong with this node's own disk is not mended by asking the broker again.
    if (error instanceof Error && 'syscall' in error && ownDisk.has(error.syscall)) throw error;
    await pause(this.#options.clock, backOff(this.#options.patience, failures), signal);
  }
}

const ownDisk: ReadonlySet<unknown> = new Set(['open', 'read', 'write', 'ftruncate', 'fstat']);

/** 401: the session is over, and the next brings another token; 408, 425 and 429 as RFC 9110 and 6585 say. */
const worthRepeating = new Set([401, 408, 425, 429]);

/** The SHA-256 of the first `bytes` of an open file, and how many there are of those. Rejects where the signal aborts. */
export async function hashOf(
  handle: FileHandle,
  bytes: number,
  signal?: AbortSignal,
): Promise<{ readonly blob: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  const read = await readInto(handle, bytes, (chunk) => {
    signal?.throwIfAborted();
    hash.update(chunk);
  });
  return { blob: hash.digest('hex'), bytes: read };
}

/** Reads up to so many bytes from the beginning; returns how many there were. */
async function readInto(handle: FileHandle, bytes: number, take: (chunk: Buffer) => void): Promise<number> {
  const chunk = Buffer.allocUnsafe(Math.min(bytes, chunkBytes));
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, bytes - done), done);
    if (bytesRead === 0) break;
    take(chunk.subarray(0, bytesRead));
    done += bytesRead;
  }
  return done;
}
