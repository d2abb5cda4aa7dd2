import { sha256 } from '../../platform/digest.ts';
import {
  type Holds,
  keptInputText,
  largeInputBytes,
  markLength,
  mostMarks,
  mostMarksAMessage,
} from '../../protocol/agent/inputs.ts';
import type { InputCache } from './input-cache.ts';

/** An input of a task, as its broker names it. */
export interface BroughtInput {
  readonly owner: string;
  readonly blob: string;
  readonly bytes: number;
}

/**
 * The inputs of one broker's tasks: from what is kept of them where it can be, else fetched, and what is fetched is kept.
 * The broker is told which large ones are here, and of no others than its own.
 */
export class InputShelf {
  readonly #cache: InputCache;
  readonly #broker: string;
  readonly #send: (message: Holds) => void;
  /** Inputs that are being fetched, by name: resolved when that is over, however it went. */
  readonly #coming = new Map<string, Promise<void>>();
  /** What the broker was told in this session that it has not been told is gone. */
  readonly #told = new Set<string>();
  readonly #gained = new Set<string>();
  readonly #lost = new Set<string>();

  /** @param broker the word by which the cache knows it */
  constructor(cache: InputCache, broker: string, send: (message: Holds) => void) {
    this.#cache = cache;
    this.#broker = broker;
    this.#send = send;
    cache.listen(broker, (name, bytes, isKept) => {
      if (bytes >= largeInputBytes) this.#note(name.slice(0, markLength), isKept);
    });
  }

  /**
   * Brings an input into a file. One that another task is having fetched is waited for, once. Rejects as `fetch` does, and
   * where the signal aborts.
   */
  async bring(
    { owner, blob, bytes }: BroughtInput,
    file: string,
    fetch: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    if (!this.#cache.mayKeep(bytes)) return fetch();
    const input = { name: sha256(keptInputText(owner, blob)), blob, bytes };
    const { name } = input;
    const take = () => this.#cache.take(this.#broker, input, file, signal);
    if (await take()) return;
    const before = this.#coming.get(name);
    if (before !== undefined) {
      await unlessAborted(before, signal);
      if (await take()) return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#coming.set(name, promise);
    try {
      await fetch();
      await this.#cache.keep(this.#broker, input, file, signal);
    } finally {
      if (this.#coming.get(name) === promise) this.#coming.delete(name);
      resolve();
    }
  }

  /** Has what is kept give way to so many bytes of a task, where it stands on the same disk. */
  makeRoom(bytes: number): Promise<void> {
    return this.#cache.makeRoom(bytes);
  }

  /** Has all that is kept give way, for the disk is full; whether there was anything. */
  giveWay(): Promise<boolean> {
    return this.#cache.giveWay();
  }

  /** What a session that begins anew is told: of what is here the part that was used last. */
  greeting(): Holds[] {
    this.#told.clear();
    this.#gained.clear();
    this.#lost.clear();
    for (const [name, bytes] of this.#cache.keptFor(this.#broker))
      if (bytes >= largeInputBytes && this.#told.size < mostMarks) this.#told.add(name.slice(0, markLength));
    return inMessages([...this.#told], []);
  }

  /** Says what has changed since it was said last. */
  tell(): void {
    const lost = [...this.#lost];
    for (const mark of lost) this.#told.delete(mark);
    const gained = [...this.#gained].slice(0, mostMarks - this.#told.size);
    for (const mark of gained) this.#told.add(mark);
    this.#lost.clear();
    this.#gained.clear();
    for (const message of inMessages(gained, lost)) this.#send(message);
  }

  #note(mark: string, isKept: boolean): void {
    if (isKept) {
      if (!this.#lost.delete(mark) && !this.#told.has(mark)) this.#gained.add(mark);
    } else if (!this.#gained.delete(mark) && this.#told.has(mark)) this.#lost.add(mark);
  }
}

function inMessages(gained: readonly string[], lost: readonly string[]): Holds[] {
  const messages: Holds[] = [];
  for (let first = 0; first < Math.max(gained.length, lost.length); first += mostMarksAMessage) {
    const part = (marks: readonly string[]) => marks.slice(first, first + mostMarksAMessage);
    messages.push({ type: 'holds', gained: part(gained), lost: part(lost) });
  }
  return messages;
}

/** Waits for what never rejects. Rejects with the signal's reason when that is aborted. */
async function unlessAborted(waited: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<void>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([waited, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
