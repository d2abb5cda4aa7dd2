import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

export interface JournalOptions<R> {
  readonly file: string;
  /** Records that say all that must be kept, when the journal is written anew: with those that were appended so far. */
  readonly snapshot: () => Iterable<R>;
  /** It is written anew once it has this many bytes, and twice as many as after the last time. */
  readonly compactBytes: number;
  /** How long, in milliseconds, until it is tried again to write what could not be written, as on a full disk. */
  readonly retryMs: number;
  /** Called when it can be written no more, and when it can again: {@link Journal.failing} tells which. */
  readonly changed: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** A file of records, a line each, to which one process alone appends. What it says is on the disk. */
export interface Journal<R> {
  /** Resolves once the record, and all before it, are on the disk; never where the journal is closed before. */
  append(record: R): Promise<void>;
  /** Whether records wait that could not be written. */
  readonly failing: boolean;
  /** Writes what waits, if it can be, and lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens a journal and reads what is in it. A line that is torn or damaged, as by a crash while it was written, is cut
 * off with all after it: it was never said to be there.
 */
export async function openJournal<R>(
  options: JournalOptions<R>,
): Promise<{ readonly journal: Journal<R>; readonly records: readonly R[] }> {
  const handle = await open(options.file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const bytes = await handle.readFile();
    const { records, goodBytes } = readRecords<R>(bytes);
    if (goodBytes < bytes.length) {
      options.log.warn('the end of the journal was torn, and is cut off', {
        file: options.file,
        bytes: bytes.length - goodBytes,
      });
      await handle.truncate(goodBytes);
    }
    // The records are about to be acted on, and the file may be new.
    await handle.datasync();
    await syncFolder(options.file);
    return { journal: new FileJournal(options, handle, goodBytes), records };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const newline = 0x0a;
/** Eight digits of the checksum and a blank. */
const prefixLength = 9;

/** What is whole from the beginning on, and how many bytes that is. */
export function readRecords<R>(bytes: Buffer): { readonly records: R[]; readonly goodBytes: number } {
  const records: R[] = [];
  let goodBytes = 0;
  for (;;) {
    const end = bytes.indexOf(newline, goodBytes);
    if (end === -1) return { records, goodBytes };
    const text = bytes.subarray(goodBytes + prefixLength, end);
    if (bytes.toString('latin1', goodBytes, goodBytes + prefixLength) !== prefixOf(text))
      return { records, goodBytes };
    records.push(JSON.parse(text.toString()) as R);
    goodBytes = end + 1;
  }
}

function prefixOf(text: Buffer | string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} `;
}

function lineOf(record: unknown): string {
  const text = JSON.stringify(record);
  return `${prefixOf(text)}${text}\n`;
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** Makes names in the file's folder as lasting as its content. */
async function syncFolder(file: string): Promise<void> {
  await using folder = await open(dirname(file), 'r');
  await folder.sync();
}

/**
 * One write and one fdatasync for all records of a turn, and of the time in which the write before was under way.
 * What cannot be written stays, in its order, and is tried again: nothing is promised meanwhile.
 */
class FileJournal<R> implements Journal<R> {
  readonly #options: JournalOptions<R>;
  #handle: FileHandle;
  /** Bytes that are on the disk. */
  #goodBytes: number;
  #compactAt: number;
  #lines: string[] = [];
  #told = Promise.withResolvers<void>();
  #writing: Promise<void> | undefined;
  #closed = false;
  #wakeUp: () => void = () => {};
  failing = false;

  constructor(options: JournalOptions<R>, handle: FileHandle, goodBytes: number) {
    this.#options = options;
    this.#handle = handle;
    this.#goodBytes = goodBytes;
    this.#compactAt = options.compactBytes;
  }

  append(record: R): Promise<void> {
    if (this.#closed) return new Promise(() => {});
    this.#lines.push(lineOf(record));
    this.#writing ??= this.#write();
    return this.#told.promise;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wakeUp();
    await this.#writing;
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    // Whatever else is appended in this turn goes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      const told = this.#told;
      this.#lines = [];
      this.#told = Promise.withResolvers();
      if (!(await this.#lastingly(lines.join('')))) return;
      told.resolve();
    }
    this.#writing = undefined;
  }

  /** Whether it came to the disk; not where the journal was closed while it could not. */
  async #lastingly(text: string): Promise<boolean> {
    const { log, file, clock, retryMs } = this.#options;
    for (;;) {
      try {
        if (this.#goodBytes + text.length > this.#compactAt) await this.#rewrite();
        else await this.#extend(text);
        this.#turn(false, () => log.info('the journal can be written again', { file }));
        return true;
      } catch (error) {
        this.#turn(true, () =>
          log.error('the journal cannot be written; nothing is begun until it can', { file, error }),
        );
      }
      if (this.#closed) return false;
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
        clock.after(retryMs, resolve);
      });
    }
  }

  #turn(failing: boolean, say: () => void): void {
    if (this.failing === failing) return;
    this.failing = failing;
    say();
    this.#options.changed();
  }

  async #extend(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    // A write before that broke off may have left more than is written now.
    if (this.failing) await this.#handle.truncate(this.#goodBytes);
    await writeAt(this.#handle, bytes, this.#goodBytes);
    await this.#handle.datasync();
    this.#goodBytes += bytes.length;
  }

  /** The snapshot holds what the lines at hand say, since whoever appends has taken note before. */
  async #rewrite(): Promise<void> {
    const { file, snapshot, compactBytes } = this.#options;
    const next = `${file}.next`;
    const bytes = Buffer.from(Array.from(snapshot(), lineOf).join(''));
    const handle = await open(next, 'w', 0o600);
    try {
      await writeAt(handle, bytes, 0);
      await handle.datasync();
      await rename(next, file);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = handle;
    this.#goodBytes = bytes.length;
    this.#compactAt = Math.max(compactBytes, 2 * bytes.length);
    await syncFolder(file);
  }
}
