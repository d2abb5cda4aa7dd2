import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { unless } from './blob-files.ts';

/** What has come of one file. */
interface Upload {
  bytes: number;
  lastAt: number;
  /** Of those bytes; missing of what came before this process began, until more comes. */
  hash: Hash | undefined;
  /** Open while more comes. */
  file: FileHandle | undefined;
}

/**
 * Files that come in in parts, each in a file of its own until it is whole. How much has come is how much the file
 * holds, so that nothing need be written down; whether it is right is known at the end. The caller lets only one at a
 * time work on an upload.
 */
export class Uploads {
  readonly #folder: string;
  readonly #most: number;
  readonly #uploads = new Map<string, Upload>();
  #bytes = 0;

  /** @param most uploads at once (a count) */
  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** All that has come, of all uploads. */
  get totalBytes(): number {
    return this.#bytes;
  }

  /** Finds what came before, by another process. */
  async open(now: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) {
      const { size } = await stat(this.pathOf(name));
      this.#uploads.set(name, { bytes: size, lastAt: now, hash: undefined, file: undefined });
      this.#bytes += size;
    }
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** How many bytes have come; undefined where none was ever sent. */
  bytesOf(name: string): number | undefined {
    return this.#uploads.get(name)?.bytes;
  }

  /**
   * Takes bytes that follow what has come; none of them begins an upload, or goes on with one of before. Throws a Refusal
   * where too many are under way, or the disk is full.
   */
  async append(name: string, bytes: Uint8Array, now: number): Promise<void> {
    const upload = this.#uploads.get(name) ?? this.#begin(name, now);
    upload.lastAt = now;
    upload.hash ??= await this.#hashOf(name, upload.bytes);
    try {
      upload.file ??= await open(this.pathOf(name), upload.bytes === 0 ? 'w' : 'r+', 0o600);
      await write(upload.file, bytes, upload.bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      throw new Refusal(failure('staging-full', 'there is no room left on the disk for files of jobs'), {
        cause: error,
      });
    }
    upload.hash.update(bytes);
    upload.bytes += bytes.length;
    this.#bytes += bytes.length;
  }

  /** Nothing more comes for now: its file is closed. */
  async rest(name: string): Promise<void> {
    const upload = this.#uploads.get(name);
    const file = upload?.file;
    if (upload === undefined || file === undefined) return;
    upload.file = undefined;
    await file.close();
  }

  /**
   * The SHA-256 of all that has come, once that is on disk. Where it cannot be brought there nothing is kept of it: a
   * disk that failed says so once, and not when it is asked again.
   */
  async finish(name: string): Promise<string> {
    const { bytes, hash, file } = this.#uploads.get(name)!;
    try {
      await file!.truncate(bytes); // of a piece that broke off more may stand there
      await file!.sync();
    } catch (error) {
      await this.remove(name);
      throw error;
    }
    return hash!.copy().digest('hex');
  }

  async remove(name: string): Promise<void> {
    await this.rest(name);
    this.#bytes -= this.#uploads.get(name)?.bytes ?? 0;
    this.#uploads.delete(name);
    await unless('ENOENT', unlink(this.pathOf(name)));
  }

  /** Those to which nothing was added since then. */
  idle(before: number): string[] {
    return [...this.#uploads].filter(([, { lastAt }]) => lastAt < before).map(([name]) => name);
  }

  #begin(name: string, now: number): Upload {
    if (this.#uploads.size >= this.#most) {
      const detail = `${this.#most} files are coming in already`;
      throw new Refusal(failure('staging-full', detail, 'try again when some of them are here'));
    }
    const upload = { bytes: 0, lastAt: now, hash: undefined, file: undefined };
    this.#uploads.set(name, upload);
    return upload;
  }

  async #hashOf(name: string, bytes: number): Promise<Hash> {
    const hash = createHash('sha256');
    if (bytes === 0) return hash;
    for await (const chunk of createReadStream(this.pathOf(name), { end: bytes - 1 })) hash.update(chunk);
    return hash;
  }
}

async function write(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
