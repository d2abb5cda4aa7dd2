import { createHash } from 'node:crypto';
import { constants, createReadStream, type Stats } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { UploadView } from '../../protocol/blobs.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type BlobAccess, BlobFault } from '../tasks/blobs.ts';

export interface ClientFilesOptions {
  /** Of this client alone. */
  readonly folder: string;
  /** Bytes that it may have sent; what tasks left is kept all the same, and counts. */
  readonly mostBytes: number;
  /** How long a file is kept, in milliseconds, that no task names and nobody asks for. */
  readonly keptMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bytes that are copied or read at once. */
const pieceBytes = 256 * 1024;
/** How often it is looked what is kept for nobody, in milliseconds. */
const sweepMs = 3_600_000;
const unfinished = '.part';

/**
 * The files of one client that drives this agent: they lie here, for it comes to the agent and not the other way. It sends
 * inputs in parts and fetches results; to tasks this is what the broker's blobs are. A file is there whole or not at all.
 */
export class ClientFiles implements BlobAccess, Part {
  readonly #options: ClientFilesOptions;
  /** One at a time works on a blob. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #bytes = 0;
  #isStopped = false;
  #sweeping: Promise<void> = Promise.resolve();
  #cancel = () => {};
  /** The blobs that tasks name; nothing until that is known. */
  #named: (() => ReadonlySet<string>) | undefined;

  constructor(options: ClientFilesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await this.#sweep();
  }

  /** Nothing is removed before it is known what tasks name; resolves when it was looked through once. */
  naming(named: () => ReadonlySet<string>): Promise<void> {
    this.#named = named;
    this.#cancel();
    return this.#sweep();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await Promise.allSettled([this.#sweeping, ...this.#turns.values()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Where a blob lies, and how large it is; undefined where it is not here. */
  async find(blob: string): Promise<{ readonly path: string; readonly bytes: number } | undefined> {
    const path = this.#pathOf(blob);
    const bytes = await sizeOf(path);
    if (bytes === undefined) return undefined;
    await this.#touch(path);
    return { path, bytes };
  }

  /** How much of a blob is here. */
  async uploaded(blob: string): Promise<UploadView> {
    const whole = await this.find(blob);
    if (whole !== undefined) return { blob, bytes: whole.bytes, complete: true };
    return { blob, bytes: (await sizeOf(this.#pathOf(blob) + unfinished)) ?? 0, complete: false };
  }

  /**
   * Takes the next part of a blob of so many bytes; `total` is undefined until the last. What of a part broke off stays.
   * Throws a Refusal: `upload-gap`, `upload-wrong`, `staging-full`.
   */
  put(
    blob: string,
    part: {
      readonly offset: number;
      readonly total: number | undefined;
      readonly bytes: AsyncIterable<Uint8Array>;
    },
  ): Promise<UploadView> {
    return this.#inTurn(blob, async () => {
      const before = await this.uploaded(blob);
      if (before.complete) return before;
      const path = this.#pathOf(blob) + unfinished;
      if (part.total !== undefined && before.bytes > part.total) await this.#refuse(blob, path, before.bytes);
      if (part.offset !== before.bytes)
        throw new Refusal(
          failure(
            'upload-gap',
            `${before.bytes} bytes of it are here, and this part begins at ${part.offset}`,
          ),
        );
      const bytes =
        before.bytes +
        (await this.#append(path, part.bytes, (part.total ?? Number.POSITIVE_INFINITY) - part.offset));
      if (bytes !== part.total) return { blob, bytes, complete: false };
      await this.#finish(blob, path, bytes);
      return { blob, bytes, complete: true };
    });
  }

  async fetch(blob: string, bytes: number, file: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const found = await this.find(blob);
    if (found === undefined) throw new BlobFault(`the client has not sent ${blob}`);
    if (found.bytes !== bytes) throw new BlobFault(`${blob} has ${found.bytes} bytes, and not ${bytes}`);
    // A copy: a program may write into its inputs.
    await copyFile(found.path, file, constants.COPYFILE_FICLONE);
  }

  send(handle: FileHandle, bytes: number, blob: string, signal: AbortSignal): Promise<void> {
    return this.#inTurn(blob, async () => {
      signal.throwIfAborted();
      if ((await this.find(blob)) !== undefined) return;
      const path = `${this.#pathOf(blob)}.result${unfinished}`;
      {
        await using copy = await open(path, 'w', 0o600);
        for await (const piece of piecesOf(handle, bytes)) {
          signal.throwIfAborted();
          await copy.writeFile(piece);
        }
      }
      this.#bytes += bytes;
      await this.#finish(blob, path, bytes).catch((error: unknown) => {
        throw error instanceof Refusal ? new BlobFault('it changed while it was kept') : error;
      });
    });
  }

  /** Adds bytes to a file, and says how many. */
  async #append(path: string, pieces: AsyncIterable<Uint8Array>, most: number): Promise<number> {
    await using file = await open(path, 'a', 0o600);
    let added = 0;
    for await (const piece of pieces) {
      if (added + piece.length > most)
        throw new Refusal(failure('upload-gap', 'the part is longer than what is missing'));
      if (this.#bytes + piece.length > this.#options.mostBytes)
        throw new Refusal(
          failure(
            'staging-full',
            `a client may have ${this.#options.mostBytes} bytes here`,
            'wait until old ones go, or have the owner raise agent.client-files',
          ),
        );
      await file.writeFile(piece);
      added += piece.length;
      this.#bytes += piece.length;
    }
    return added;
  }

  /** All of it has come: it is what its name says, on the disk, and then it is there. */
  async #finish(blob: string, path: string, bytes: number): Promise<void> {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }))
      hash.update(piece as Buffer);
    if (hash.digest('hex') !== blob) await this.#refuse(blob, path, bytes);
    {
      await using file = await open(path, 'r+');
      await file.sync();
    }
    await rename(path, this.#pathOf(blob));
    await using folder = await open(this.#options.folder, 'r');
    await folder.sync();
  }

  /** What came is another file: it begins anew. */
  async #refuse(blob: string, path: string, bytes: number): Promise<never> {
    await rm(path);
    this.#bytes -= bytes;
    throw new Refusal(failure('upload-wrong', `what came as ${blob} is not what that names`));
  }

  /** Removes what nobody wants any more, and counts the rest. */
  #sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(async () => {
      if (this.#isStopped) return;
      await this.#sweepOnce();
      this.#cancel();
      if (!this.#isStopped) this.#cancel = this.#options.clock.after(sweepMs, () => void this.#sweep());
    });
    return this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    const { folder, keptMs, clock, log } = this.#options;
    try {
      const needed = this.#named?.();
      let all = 0;
      for (const name of await readdir(folder)) {
        const found = await factsOf(join(folder, name));
        if (found === undefined) continue; // it went, or got its name, meanwhile
        const { size, mtimeMs } = found;
        const isOld = mtimeMs < clock.now() - keptMs && needed?.has(name) === false;
        if (isOld && !this.#turns.has(name.split('.', 1)[0]!)) await rm(join(folder, name), { force: true });
        else all += size;
      }
      this.#bytes = all;
    } catch (error) {
      log.warn('the files of a client could not be looked through', { folder, error });
    }
  }

  async #touch(path: string): Promise<void> {
    const now = this.#options.clock.now() / 1000;
    await utimes(path, now, now);
  }

  #inTurn<T>(blob: string, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(blob) ?? Promise.resolve();
    const done = before.catch(() => {}).then(act);
    const settled = done
      .catch(() => {})
      .finally(() => {
        if (this.#turns.get(blob) === settled) this.#turns.delete(blob);
      });
    this.#turns.set(blob, settled);
    return done;
  }

  #pathOf(blob: string): string {
    return join(this.#options.folder, blob);
  }
}

async function* piecesOf(handle: FileHandle, bytes: number): AsyncGenerator<Uint8Array, void, void> {
  const memory = Buffer.allocUnsafe(Math.min(bytes, pieceBytes));
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(memory, 0, Math.min(memory.length, bytes - at), at);
    if (bytesRead === 0) throw new BlobFault('it became shorter while it was kept');
    yield memory.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await factsOf(path))?.size;
}

async function factsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
