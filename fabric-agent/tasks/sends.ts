import type { FileHandle } from 'node:fs/promises';

/** Sends so many bytes of an open file as a blob. */
export type Send = (handle: FileHandle, bytes: number, blob: string) => Promise<void>;

/** Files (a count) that one attempt sends at once: what is small waits for answers more than for anything else. */
const mostAtOnce = 8;

/** Sends files a few at once, each blob once, and closes them; leaving the scope of `await using` waits for what is under way. */
export class Sends implements AsyncDisposable {
  readonly #send: Send;
  readonly #blobs = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #open = new Set<FileHandle>();
  #fault: { readonly error: unknown } | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** The file is closed in the end, whether it is sent or not. */
  take(handle: FileHandle): void {
    this.#open.add(handle);
  }

  /** Begins to send, once there is room. Throws what kept one before from being sent. */
  async begin(handle: FileHandle, bytes: number, blob: string): Promise<void> {
    if (this.#blobs.has(blob)) return this.#close(handle);
    this.#blobs.add(blob);
    while (this.#underWay.size >= mostAtOnce) await Promise.race(this.#underWay);
    this.#check();
    const sending = this.#send(handle, bytes, blob)
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .then(() => this.#close(handle))
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** Waits until all are sent. Throws what kept one from being. */
  async all(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#underWay);
    for (const handle of this.#open) await this.#close(handle);
  }

  async #close(handle: FileHandle): Promise<void> {
    this.#open.delete(handle);
    await handle.close().catch(() => {}); // nothing was written to it
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}
