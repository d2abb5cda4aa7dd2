import { rm, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createTurns } from '../local/turns.ts';
import { copyWhole, findFiles, freeBytesOf, isFull, isOneDisk, mustBe } from './input-files.ts';

export interface InputCacheOptions {
  /** Its own; made where it is not. */
  readonly folder: string;
  /** Bytes of all that is kept; 0 keeps nothing, and removes what was kept before. */
  readonly mostBytes: number;
  /** How long, in milliseconds, an input is kept that no task takes. */
  readonly keptMs: number;
  /** How often it is looked whether the disk has room for so much, in milliseconds. */
  readonly lookMs: number;
  /** Those for which something is kept, each by a word that is safe as the name of a folder. */
  readonly brokers: readonly string[];
  /** Where the files of tasks are made. */
  readonly taskFolder: () => string;
  /** Bytes that are left on the disk of a folder; as the system says unless given. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
}

/** An input as a broker names it, and by what name it is kept. */
export interface WantedInput {
  /** SHA-256 of its owner and its blob, in small hexadecimal. */
  readonly name: string;
  readonly blob: string;
  readonly bytes: number;
}

/** Called with the name of what is kept from now on, or no more. */
export type KeptListener = (name: string, bytes: number, isKept: boolean) => void;

interface Kept {
  readonly bytes: number;
  /** When a task took it last, in milliseconds since 1970. */
  usedAt: number;
  /** The same, as its file has it. */
  notedAt: number;
}

/** Which part of what the disk would have free without it may be taken. */
const mostOfDisk = 0.25;
/** Files that are kept (a count). */
const mostFiles = 10_000;
/** From how many bytes on a copy may take long. */
const longCopyBytes = 16 * 2 ** 20;
/** How old a note may be, in milliseconds, of when a file was used last. */
const noteMs = 60_000;

/**
 * Inputs of tasks that came whole, kept for later tasks of the same owner and broker, each a file of this user alone. A
 * task gets a copy, whose bytes are hashed again; whatever goes wrong here makes a fetch, never a failure. What no task
 * took for the longest time goes first, and all of it goes before anything else lacks room on the disk.
 *
 * A file gets its name once it is whole, so a crash leaves nothing but files without one, which the next start removes.
 */
export class InputCache implements Part {
  readonly #options: InputCacheOptions;
  /** By broker and name, which is the path of its file; what was used last is last. */
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Map<string, KeptListener>();
  #bytes = 0;
  /** Bytes of what is being copied here. */
  #comingBytes = 0;
  #copies = 0;
  readonly #longCopies = createTurns(1);
  #isOpen = false;
  #isBesideTasks = false;
  #cancelLook = () => {};

  constructor(options: InputCacheOptions) {
    this.#options = options;
  }

  /** Finds what was kept before. Where that cannot be done it keeps nothing. */
  async start(): Promise<void> {
    const { folder, mostBytes, log } = this.#options;
    try {
      if (mostBytes === 0) return await rm(folder, { recursive: true, force: true });
      await this.#open();
      await this.#fit();
      this.#isOpen = true;
    } catch (error) {
      this.#kept.clear();
      this.#bytes = 0;
      log.warn('inputs of tasks cannot be kept', { folder, error });
    }
    if (this.#isOpen) this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
    this.#cancelLook();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Whether an input of so many bytes may be kept, if there is room for it on the disk. */
  mayKeep(bytes: number): boolean {
    return this.#isOpen && bytes > 0 && bytes <= this.#options.mostBytes;
  }

  /** Bytes on the disk of the tasks that would be free if they were wanted. */
  get yieldingBytes(): number {
    return this.#isBesideTasks ? this.#bytes : 0;
  }

  /** The names and sizes of what is kept for a broker, what was used last first. */
  keptFor(broker: string): readonly (readonly [name: string, bytes: number])[] {
    const own = `${broker}/`;
    return [...this.#kept]
      .filter(([path]) => path.startsWith(own))
      .map(([path, { bytes }]) => [path.slice(own.length), bytes] as const)
      .reverse();
  }

  listen(broker: string, listener: KeptListener): void {
    this.#listeners.set(broker, listener);
  }

  /**
   * Makes a file of an input that is kept; whether it did. The file is there once its bytes have been seen to be right.
   * Rejects only where the signal aborts.
   */
  async take(broker: string, input: WantedInput, file: string, signal: AbortSignal): Promise<boolean> {
    const path = `${broker}/${input.name}`;
    if (!this.#kept.has(path)) return false;
    const check = (copy: string) => mustBe(copy, input, signal);
    try {
      await this.#inTurn(input.bytes, signal, () =>
        copyWhole(this.#fileOf(path), file, `${file}.copy`, check),
      );
      await this.#use(path);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      this.#options.log.debug('an input that was kept could not be used', { file: path, error });
      if (isFull(error)) await this.giveWay();
      else await this.#drop(path);
      return false;
    }
  }

  /** Keeps an input that is in a file, whole, if there is room. Never rejects; keeps nothing where the signal aborts. */
  async keep(broker: string, { name, bytes }: WantedInput, file: string, signal: AbortSignal): Promise<void> {
    const path = `${broker}/${name}`;
    if (!this.mayKeep(bytes) || this.#kept.has(path)) return;
    this.#comingBytes += bytes;
    this.#copies += 1;
    const copy = `${this.#fileOf(path)}.${this.#copies}`;
    try {
      if (this.#comingBytes > (await this.#most())) return;
      await this.#fit();
      if (this.#bytes + this.#comingBytes > (await this.#most())) return;
      await this.#inTurn(bytes, signal, () => copyWhole(file, this.#fileOf(path), copy));
      this.#add(path, bytes);
    } catch (error) {
      this.#options.log.debug('an input of a task was not kept', { file: path, error });
    } finally {
      this.#comingBytes -= bytes;
    }
  }

  /** Lets go of as much as is wanted for so many bytes of a task to have room. */
  async makeRoom(bytes: number): Promise<void> {
    if (this.#kept.size === 0 || !this.#isBesideTasks) return;
    const lacking = bytes - (await this.#free().catch(() => bytes));
    if (lacking > 0) await this.#shrinkTo(this.#bytes - lacking);
  }

  /** Lets go of everything, for the disk is full; whether there was anything. */
  async giveWay(): Promise<boolean> {
    if (this.#kept.size === 0) return false;
    await this.#shrinkTo(0);
    return true;
  }

  /** Copies that take long come one after another, so that the journal always finds a thread to be written by. */
  async #inTurn(bytes: number, signal: AbortSignal, copy: () => Promise<void>): Promise<void> {
    if (bytes < longCopyBytes) return copy();
    const leave = await this.#longCopies.enter(signal);
    try {
      await copy();
    } finally {
      leave();
    }
  }

  async #open(): Promise<void> {
    const { folder, brokers, taskFolder, clock } = this.#options;
    const found = await findFiles(folder, brokers);
    this.#isBesideTasks = await isOneDisk(folder, taskFolder());
    for (const { path, bytes, ...file } of found.sort((a, b) => a.usedAt - b.usedAt)) {
      const usedAt = Math.min(file.usedAt, clock.now());
      this.#kept.set(path, { bytes, usedAt, notedAt: usedAt });
      this.#bytes += bytes;
    }
  }

  #fileOf(path: string): string {
    return join(this.#options.folder, path);
  }

  #free(): Promise<number> {
    const { folder, freeBytes = freeBytesOf } = this.#options;
    return freeBytes(folder);
  }

  /** Bytes that may be kept just now. */
  async #most(): Promise<number> {
    return Math.min(this.#options.mostBytes, (this.#bytes + (await this.#free())) * mostOfDisk);
  }

  /** Keeps no more than there may be, with what is coming. */
  async #fit(): Promise<void> {
    const since = this.#options.clock.now() - this.#options.keptMs;
    for (const [path, { usedAt }] of this.#kept) {
      if (usedAt >= since) break;
      await this.#drop(path);
    }
    await this.#shrinkTo((await this.#most()) - this.#comingBytes);
  }

  async #shrinkTo(bytes: number): Promise<void> {
    for (const [path] of this.#kept) {
      if (this.#bytes <= bytes && this.#kept.size < mostFiles) return;
      await this.#drop(path);
    }
  }

  #add(path: string, bytes: number): void {
    if (this.#kept.has(path)) return;
    const now = this.#options.clock.now();
    this.#kept.set(path, { bytes, usedAt: now, notedAt: now });
    this.#bytes += bytes;
    this.#tell(path, bytes, true);
  }

  /** Notes that a task has taken it, for an agent after this one too. */
  async #use(path: string): Promise<void> {
    const kept = this.#kept.get(path);
    if (kept === undefined) return;
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    kept.usedAt = this.#options.clock.now();
    if (Math.abs(kept.usedAt - kept.notedAt) < noteMs) return;
    kept.notedAt = kept.usedAt;
    await utimes(this.#fileOf(path), kept.usedAt / 1000, kept.usedAt / 1000);
  }

  async #drop(path: string): Promise<void> {
    const kept = this.#kept.get(path);
    if (kept === undefined) return;
    this.#kept.delete(path);
    this.#bytes -= kept.bytes;
    this.#tell(path, kept.bytes, false);
    await unlink(this.#fileOf(path)).catch(() => {}); // whatever stands there is looked at when it is taken next
  }

  #tell(path: string, bytes: number, isKept: boolean): void {
    this.#listeners.get(dirname(path))?.(path.slice(dirname(path).length + 1), bytes, isKept);
  }

  #lookLater(): void {
    const { clock, lookMs, log } = this.#options;
    this.#cancelLook = clock.after(lookMs, () => {
      const looked = this.#kept.size === 0 ? Promise.resolve() : this.#fit();
      looked
        .catch((error: unknown) => log.debug('the disk does not say what is left', { error }))
        .finally(() => {
          if (this.#isOpen) this.#lookLater();
        });
    });
  }
}
