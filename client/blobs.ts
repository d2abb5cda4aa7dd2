import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { failure } from '../protocol/catalogue.ts';
import { ServiceFailure } from './failure.ts';
import type { ServiceAddress } from './http.ts';
import {
  type BlobAt,
  fetchBlob,
  otherBlob,
  sendBlob,
  type Transfer,
  type TransferLimits,
  type TransferOptions,
} from './transfer.ts';

/** Bytes of a file that are read, or written, at once. */
const pieceBytes = 256 * 1024;

/**
 * Files to and from a broker, in parts: where the connection breaks, or the broker is away for a while, it goes on where
 * it was. Each call throws a ServiceFailure where the broker refuses, or cannot be reached for too long.
 */
export class BlobsClient {
  readonly #transfer: Transfer;

  constructor(address: ServiceAddress, limits: Partial<TransferLimits> = {}) {
    this.#transfer = { address, limits };
  }

  /** Sends what of a file is not there yet. Throws a ServiceFailure `bad-files` where the file changed meanwhile. */
  async upload(path: string, options: TransferOptions = {}): Promise<BlobAt> {
    await using file = await open(path, 'r');
    const source = await openAsBlob(path);
    const blob = await hashOf(file, source.size, options.signal);
    if (blob === undefined)
      throw new ServiceFailure(failure('bad-files', `${path} became shorter while it was read`));
    return sendBlob(this.#transfer, { source, blob, name: path }, options);
  }

  /**
   * Fetches a blob into a file, which is there only when it is whole and right; what stands at `path` is replaced.
   */
  async download(
    at: BlobAt,
    path: string,
    options: TransferOptions & { readonly executable?: boolean } = {},
  ): Promise<void> {
    const begun = `${path}.${at.blob.slice(0, 8)}.part`;
    try {
      {
        await using file = await open(begun, 'w', options.executable ? 0o777 : 0o666);
        const hash = createHash('sha256');
        for await (const bytes of gathered(fetchBlob(this.#transfer, at, options))) {
          const written = file.writeFile(bytes);
          hash.update(bytes);
          await written;
        }
        if (hash.digest('hex') !== at.blob) throw otherBlob(this.#transfer.address, at.blob);
        await file.sync();
      }
      await rename(begun, path);
    } catch (error) {
      await rm(begun, { force: true });
      throw error;
    }
  }
}

/** The SHA-256 of so many bytes of a file, which are read into the same memory throughout; nothing where it has fewer. */
async function hashOf(
  file: FileHandle,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(Math.min(bytes, pieceBytes));
  for (let from = 0; from < bytes; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes - from), from);
    if (bytesRead === 0) return undefined;
    hash.update(chunk.subarray(0, bytesRead));
    from += bytesRead;
  }
  return hash.digest('hex');
}

/**
 * Small pieces as larger ones, each in the same memory. Those that came are freed at once: left to the collector of
 * garbage, they would take many times as much, of memory and of time.
 */
async function* gathered(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array, void, void> {
  const memory = Buffer.allocUnsafeSlow(pieceBytes);
  let size = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const fits = piece.subarray(from, from + memory.length - size);
      memory.set(fits, size);
      size += fits.length;
      from += fits.length;
      if (size < memory.length) continue;
      yield memory;
      size = 0;
    }
    if (piece.length === piece.buffer.byteLength) piece.buffer.transfer(0);
  }
  if (size > 0) yield memory.subarray(0, size);
}
