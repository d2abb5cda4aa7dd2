import type { ServiceAddress } from './http.ts';
import { Sha256 } from './sha256.ts';
import {
  type BlobAt,
  fetchBlob,
  otherBlob,
  sendBlob,
  type Transfer,
  type TransferLimits,
  type TransferOptions,
} from './transfer.ts';

/** Bytes that are held in memory until they are handed to the browser, which may put them on its disk. */
const heldBytes = 8 * 1024 * 1024;

/**
 * Files to and from a broker for pages, as {@link BlobsClient} brings them for programs: what a user has chosen or a page
 * has made is sent, and what is fetched is checked.
 */
export class PageBlobs {
  readonly #transfer: Transfer;

  constructor(address: ServiceAddress, limits: Partial<TransferLimits> = {}) {
    this.#transfer = { address, limits };
  }

  /** Sends what of a file is not there yet. Throws a ServiceFailure `bad-files` where it changed meanwhile. */
  async upload(source: Blob, options: TransferOptions = {}): Promise<BlobAt> {
    const hash = new Sha256();
    const reader = source.stream().getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      options.signal?.throwIfAborted();
      hash.update(piece.value);
    }
    return sendBlob(this.#transfer, { source, blob: hash.digest(), name: 'the file' }, options);
  }

  async download(at: BlobAt, options: TransferOptions = {}): Promise<Blob> {
    const hash = new Sha256();
    const parts: Blob[] = [];
    let held: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for await (const piece of fetchBlob(this.#transfer, at, options)) {
      hash.update(piece);
      held.push(piece);
      bytes += piece.length;
      if (bytes < heldBytes) continue;
      parts.push(new Blob(held));
      held = [];
      bytes = 0;
    }
    if (hash.digest() !== at.blob) throw otherBlob(this.#transfer.address, at.blob);
    return new Blob([...parts, ...held]);
  }
}
