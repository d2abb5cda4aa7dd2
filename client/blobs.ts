import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type UploadView, uploadView } from '../protocol/blobs.ts';
import { failure } from '../protocol/catalogue.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import {
  answerAs,
  type CallOptions,
  request,
  requestBytes,
  requestJson,
  type ServiceAddress,
} from './http.ts';
import type { RetryLimits } from './retries.ts';

/** A blob at the broker. */
export interface BlobAt {
  /** Its SHA-256. */
  readonly blob: string;
  readonly bytes: number;
}

export interface TransferOptions extends CallOptions {
  /** Told how many bytes are there, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

interface BlobLimits {
  /** Bytes of one part that is sent: no more than a door takes. */
  readonly sentBytes: number;
  /** Bytes of one part that is fetched; it is held in memory. */
  readonly fetchedBytes: number;
}

const usualLimits: BlobLimits = { sentBytes: 256 * 1024, fetchedBytes: 4 * 1024 * 1024 };

/**
 * Files to and from a broker, in parts: where the connection breaks, or the broker is away for a while, it goes on where
 * it was. Each call throws a ServiceFailure where the broker refuses, or cannot be reached for too long.
 */
export class BlobsClient {
  readonly #address: ServiceAddress;
  readonly #limits: BlobLimits & Partial<RetryLimits>;

  constructor(address: ServiceAddress, limits: Partial<BlobLimits & RetryLimits> = {}) {
    this.#address = address;
    this.#limits = { ...usualLimits, ...limits };
  }

  /** Sends what of a file is not there yet. Throws a ServiceFailure `bad-files` where the file changed meanwhile. */
  async upload(path: string, { progress, signal }: TransferOptions = {}): Promise<BlobAt> {
    await using file = await open(path, 'r');
    const { blob, bytes } = await hashOf(file, signal);
    const again = new Again(this.#limits);
    let here = await again.call(() => this.#uploaded(blob, signal), signal);
    let isFirst = true;
    while (!here.complete) {
      progress?.(here.bytes, bytes);
      const from = here.bytes;
      const part = Buffer.alloc(Math.min(this.#limits.sentBytes, bytes - from));
      if ((await file.read(part, 0, part.length, from)).bytesRead < part.length) throw changed(path);
      here = await again
        .call(() => this.#send(blob, from, bytes, part, signal), signal)
        .catch((error: unknown) => {
          // What was here of it before, by whatever hand, was wrong; what is sent from the beginning is not.
          if (!(error instanceof ServiceFailure) || error.code !== 'upload-wrong') throw error;
          if (!isFirst) throw changed(path);
          isFirst = false;
          return { blob, bytes: 0, complete: false };
        });
    }
    progress?.(bytes, bytes);
    return { blob, bytes };
  }

  /**
   * Fetches a blob into a file, which is there only when it is whole and right; what stands at `path` is replaced.
   */
  async download(
    { blob, bytes }: BlobAt,
    path: string,
    options: TransferOptions & { readonly executable?: boolean } = {},
  ): Promise<void> {
    const begun = `${path}.${blob.slice(0, 8)}.part`;
    try {
      {
        await using file = await open(begun, 'w', options.executable ? 0o777 : 0o666);
        await this.#fetchInto(file, { blob, bytes }, options);
        await file.sync();
      }
      await rename(begun, path);
    } catch (error) {
      await rm(begun, { force: true });
      throw error;
    }
  }

  async #fetchInto(
    file: FileHandle,
    { blob, bytes }: BlobAt,
    { progress, signal }: TransferOptions,
  ): Promise<void> {
    const hash = createHash('sha256');
    const again = new Again(this.#limits);
    for (let from = 0; from < bytes; ) {
      progress?.(from, bytes);
      const to = Math.min(bytes, from + this.#limits.fetchedBytes);
      const part = await again.call(() => this.#fetch(blob, from, to, signal), signal);
      hash.update(part);
      await file.writeFile(part);
      from = to;
    }
    progress?.(bytes, bytes);
    if (hash.digest('hex') !== blob)
      throw new ServiceFailure(
        failure('unavailable', `${this.#address.url} sends another file than ${blob}`),
      );
  }

  #uploaded(blob: string, signal: AbortSignal | undefined): Promise<UploadView> {
    return requestJson(this.#address, `/broker/v1/blobs/${blob}/upload`, uploadView, { signal });
  }

  async #send(
    blob: string,
    offset: number,
    total: number,
    part: Uint8Array<ArrayBuffer>,
    signal: AbortSignal | undefined,
  ): Promise<UploadView> {
    const path = `/broker/v1/blobs/${blob}?offset=${offset}&total=${total}`;
    const bytes = { headers: { 'Content-Type': 'application/octet-stream' }, body: part };
    const init = { method: 'PUT', ...(part.length === 0 ? {} : bytes), signal: signal ?? null };
    try {
      return answerAs(uploadView, await request(this.#address, path, init), this.#address, path);
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error.code !== 'upload-gap') throw error;
      return this.#uploaded(blob, signal); // less is there than was
    }
  }

  async #fetch(blob: string, from: number, to: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { url } = this.#address;
    const headers = { Range: `bytes=${from}-${to - 1}` };
    const { status, bytes } = await requestBytes(this.#address, `/broker/v1/blobs/${blob}`, {
      headers,
      signal: signal ?? null,
    });
    if (status === 206 && bytes.length === to - from) return bytes;
    throw new ServiceFailure(failure('unavailable', `${url} sends other bytes than were asked for`));
  }
}

/** Reads a file to its end. */
async function hashOf(file: FileHandle, signal: AbortSignal | undefined): Promise<BlobAt> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, signal })) {
    hash.update(chunk);
    bytes += (chunk as Buffer).length;
  }
  return { blob: hash.digest('hex'), bytes };
}

function changed(path: string): ServiceFailure {
  return new ServiceFailure(failure('bad-files', `${path} changed while it was sent`));
}
