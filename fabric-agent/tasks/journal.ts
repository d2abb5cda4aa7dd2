import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Sliced } from '../../platform/slices.ts';
import { linesOf, readRecords } from './journal-lines.ts';

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
  /**
   * Resolves once the record, which changes no more, and all before it are on the disk; never where the journal is closed
   * before.
   */
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

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** How long, in milliseconds, records are made into lines before everything else has its turn. */
const sliceMs = 5;

async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (let until = performance.now() + sliceMs; ; ) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await turn();
    until = performance.now() + sliceMs;
  }
}

/** Returns how many bytes those were. */
async function writeAll(handle: FileHandle, parts: readonly Buffer[], position: number): Promise<number> {
  let done = 0;
  for (const part of parts) {
    await writeAt(handle, part, position + done);
    done += part.length;
  }
  return done;
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
  #records: R[] = [];
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
    this.#records.push(record);
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
    await turn();
    while (this.#records.length > 0) {
      const records = this.#records;
      const told = this.#told;
      this.#records = [];
      this.#told = Promise.withResolvers();
      if (!(await this.#lastingly(await inSlices(linesOf(records))))) return;
      told.resolve();
    }
    this.#writing = undefined;
  }

  /** Whether it came to the disk; not where the journal was closed while it could not. */
  async #lastingly(lines: readonly Buffer[]): Promise<boolean> {
    const { log, file, clock, retryMs } = this.#options;
    const bytes = lines.reduce((sum, { length }) => sum + length, 0);
    for (;;) {
      try {
        if (this.#goodBytes + bytes > this.#compactAt) await this.#rewrite();
        else await this.#extend(lines);
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

  async #extend(lines: readonly Buffer[]): Promise<void> {
    // A write before that broke off may have left more than is written now.
    if (this.failing) await this.#handle.truncate(this.#goodBytes);
    const bytes = await writeAll(this.#handle, lines, this.#goodBytes);
    await this.#handle.datasync();
    this.#goodBytes += bytes;
  }

  /** The snapshot holds what the lines at hand say, since whoever appends has taken note before. */
  async #rewrite(): Promise<void> {
    const { file, snapshot, compactBytes } = this.#options;
    const next = `${file}.next`;
    // Of one moment, whatever is appended while it is made into lines.
    const lines = await inSlices(linesOf([...snapshot()]));
    const handle = await open(next, 'w', 0o600);
    let bytes = 0;
    try {
      bytes = await writeAll(handle, lines, 0);
      await handle.datasync();
      await rename(next, file);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = handle;
    this.#goodBytes = bytes;
    this.#compactAt = Math.max(compactBytes, 2 * bytes);
    await syncFolder(file);
  }
}
