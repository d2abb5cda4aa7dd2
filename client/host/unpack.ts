import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTarGuard,
  type GuardedEntry,
  reservedFolder,
  show,
  type TarBounds,
  type TarEntry,
} from '../../protocol/tar-guard.ts';
import { TarFault } from './tar-fault.ts';
import { TarReader, type TarReaderBounds } from './tar-reader.ts';

export type UnpackBounds = TarBounds & TarReaderBounds;

export interface UnpackOptions {
  /** An existing directory; nothing is written outside it, nor through a link in it. */
  readonly folder: string;
  readonly bounds: UnpackBounds;
  /** Whether links that stay inside the folder may come in. */
  readonly links: boolean;
  /** Entries of `.ogm/` that are kept in memory, with the bytes that each may have. */
  readonly texts: ReadonlyMap<string, number>;
  /** Entries of `.ogm/` that are written as files. */
  readonly reservedFiles: readonly string[];
  /** Told of each file when all of it has been written. */
  readonly written?: (entry: GuardedEntry) => void;
}

const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** What a four byte time of a file system can hold, in milliseconds. */
const lastTimeMs = 0xffff_ffff * 1000;

/** The archive is in order, but the system did not let it be written. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
}

/**
 * Writes an archive into a folder while it comes. A file gets its name when it is complete, so a broken transfer
 * leaves the older file of that name as it was. Throws `TarFault` where the archive is at fault, `WriteFailed` where
 * the system is.
 */
export class Unpacker {
  readonly #options: UnpackOptions;
  readonly #reader: TarReader;
  readonly #check: ReturnType<typeof createTarGuard>;
  /** Several may write into one folder at once. */
  readonly #mark = randomUUID();
  readonly #made = new Set<string>();
  readonly #texts = new Map<string, Buffer>();
  #current: Current | undefined;
  #ended = false;
  #entries = 0;

  constructor(options: UnpackOptions) {
    this.#options = options;
    this.#reader = new TarReader(options.bounds);
    const reserved = new Set([...options.texts.keys(), ...options.reservedFiles]);
    this.#check = createTarGuard({ ...options.bounds, links: options.links, reserved });
  }

  /** Whether the archive's end mark, or the end of input, has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether any byte came. */
  get started(): boolean {
    return this.#reader.started;
  }

  /** How many entries came. */
  get entries(): number {
    return this.#entries;
  }

  /** The entries that were kept in memory. */
  get texts(): ReadonlyMap<string, Buffer> {
    return this.#texts;
  }

  /** Resolves when all of the chunk is written. */
  async push(chunk: Uint8Array): Promise<void> {
    for (const event of this.#reader.push(chunk)) {
      try {
        if (event.kind === 'entry') await this.#begin(this.#guarded(event.entry));
        else if (event.kind === 'data') await this.#write(event.bytes);
        else if (event.kind === 'done') await this.#finish();
        else this.#ended = true;
      } catch (cause) {
        if (cause instanceof TarFault) throw cause;
        const problem = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
        throw new WriteFailed(`${show(this.#current?.entry.path ?? '')} could not be written (${problem})`, {
          cause,
        });
      }
    }
  }

  /** The input has ended. */
  end(): void {
    this.#reader.end();
    this.#ended = true;
  }

  /** Takes away what is half written. */
  async abandon(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current?.handle === undefined) return;
    await current.handle.close();
    await rm(current.partial, { force: true });
  }

  #guarded(entry: TarEntry): GuardedEntry {
    this.#entries += 1;
    const verdict = this.#check(entry);
    if ('reason' in verdict) throw new TarFault(verdict.reason);
    return verdict.entry;
  }

  async #begin(entry: GuardedEntry): Promise<void> {
    const { path } = entry;
    const mostBytes = this.#options.texts.get(path);
    if (mostBytes !== undefined) {
      if (entry.sizeBytes > mostBytes)
        throw new TarFault(`${show(path)} has ${entry.sizeBytes} bytes; at most ${mostBytes} are taken`);
      this.#current = { entry, partial: '', pieces: [] };
      return;
    }
    this.#current = { entry, partial: '' };
    if (entry.type === 'directory') {
      if (path !== '' && path !== reservedFolder) await this.#makeDirectory(path, entry.mode | 0o700);
      return;
    }
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    await this.#makeDirectory(parent, 0o777);
    const partial = join(this.#options.folder, parent, `.ogm-partial-${this.#mark}-${this.#entries}`);
    if (entry.type === 'symlink') await symlink(entry.target, partial);
    else if (entry.type === 'link') await link(join(this.#options.folder, entry.target), partial);
    else this.#current = { entry, partial, handle: await open(partial, createNew, entry.mode) };
    if (entry.type === 'file') return;
    await this.#place(partial, path);
    // A rename of one hard link over another of the same file does nothing at all.
    if (entry.type === 'link') await rm(partial, { force: true });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const current = this.#current;
    if (current?.pieces !== undefined) current.pieces.push(Buffer.from(bytes));
    for (let at = 0; current?.handle !== undefined && at < bytes.length; ) {
      const { bytesWritten } = await current.handle.write(bytes, at);
      at += bytesWritten;
    }
  }

  async #finish(): Promise<void> {
    const current = this.#current;
    if (current?.pieces !== undefined) this.#texts.set(current.entry.path, Buffer.concat(current.pieces));
    if (current?.handle !== undefined) {
      const time = Math.min(Math.max(current.entry.mtimeMs, 0), lastTimeMs) / 1000;
      await current.handle.utimes(time, time);
      await current.handle.close();
      this.#current = { entry: current.entry, partial: '' };
      await this.#place(current.partial, current.entry.path);
      this.#options.written?.(current.entry);
    }
    this.#current = undefined;
  }

  /** A rename follows no link at its end: one that stood there is replaced. */
  async #place(partial: string, path: string): Promise<void> {
    try {
      await rename(partial, join(this.#options.folder, path));
    } catch (error) {
      await rm(partial, { force: true });
      if (isCode(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST'))
        throw new TarFault(`${show(path)} is a file, but a directory of that name stands here`);
      throw error;
    }
  }

  async #makeDirectory(path: string, mode: number): Promise<void> {
    if (path === '' || this.#made.has(path)) return;
    await this.#makeDirectory(path.slice(0, Math.max(path.lastIndexOf('/'), 0)), 0o777);
    const full = join(this.#options.folder, path);
    try {
      await mkdir(full, { mode });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      // What stands here may be of another's making, or of another spelling that this file system takes for the same.
      if (!(await lstat(full)).isDirectory())
        throw new TarFault(`${show(path)} is no directory here; nothing is written through it`);
    }
    this.#made.add(path);
  }
}

interface Current {
  readonly entry: GuardedEntry;
  readonly partial: string;
  readonly handle?: FileHandle;
  readonly pieces?: Buffer[];
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
