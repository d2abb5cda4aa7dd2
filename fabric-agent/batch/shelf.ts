import { join } from 'node:path';
import { type EndMark, endText, readEndMark } from './end-mark.ts';
import { filesHere, type ShelfFiles } from './shelf-files.ts';
import type { JobId } from './system.ts';

/** What lies there; `native/main.c` says what the runner does with the first four. */
const kinds = ['orders', 'claims', 'cancels', 'ends', 'lists', 'scripts', 'jobs'] as const;
type Kind = (typeof kinds)[number];

/** Files that were written aside by a process that died, by their age in milliseconds. */
const abandonedMs = 3_600_000;

/** Who runs an attempt. */
export interface Claim {
  /** Whether the agent has seen to it that nobody does. */
  readonly isSealed: boolean;
  /** The job that does; null where none does, or it does not say its number. */
  readonly job: JobId | null;
  /** The submission that it is of; undefined where it does not say that. */
  readonly list: string | undefined;
}

/** The words of the jobs of one submission, in their order, and the number that the system gave it, once that is known. */
export interface Submitted {
  readonly list: string;
  readonly words: readonly string[];
  readonly job: string | undefined;
}

/**
 * What the agent and the jobs tell each other by files, in a folder that all machines of a cluster have. A claim and an end
 * are made once, by whoever comes first.
 */
export class Shelf {
  readonly folder: string;
  readonly #files: ShelfFiles;
  #count = 0;

  constructor(folder: string, files: ShelfFiles = filesHere) {
    this.folder = folder;
    this.#files = files;
  }

  async open(nowMs: number): Promise<void> {
    for (const kind of kinds) await this.#files.makeFolder(join(this.folder, kind));
    for (const kind of kinds)
      for (const name of await this.#files.names(join(this.folder, kind))) {
        if (!name.startsWith('.')) continue;
        const file = join(this.folder, kind, name);
        const changedMs = (await this.#files.changedMs(file)) ?? nowMs;
        if (nowMs - changedMs > abandonedMs) await this.#files.remove(file);
      }
  }

  /** The names of all that is there of one kind. */
  async names(kind: Kind): Promise<string[]> {
    return (await this.#files.names(join(this.folder, kind))).filter((name) => !name.startsWith('.'));
  }

  putOrder(word: string, order: Buffer): Promise<void> {
    return this.#put('orders', word, order);
  }

  putCancel(word: string, graceMs: number): Promise<void> {
    return this.#put('cancels', word, `${Math.max(0, Math.floor(graceMs))}\n`);
  }

  async claim(word: string): Promise<Claim | undefined> {
    const text = await this.#read('claims', word);
    if (text === undefined) return undefined;
    const [, job, index, list] = /^(\S+) (\d+|-) (?:\S+ \d+ (\S+)\n)?/.exec(text) ?? [];
    const isSealed = job === sealed;
    if (job === undefined || isSealed) return { isSealed, job: null, list: undefined };
    return { isSealed, job: { job, index: index === '-' ? null : Number(index) }, list };
  }

  /** Sees to it that nobody begins an attempt any more; false where somebody has. */
  async seal(word: string): Promise<boolean> {
    if (await this.#make('claims', word, `${sealed} - - ${process.pid}\n`)) return true;
    return (await this.claim(word))?.isSealed === true;
  }

  async end(word: string): Promise<EndMark | undefined> {
    const text = await this.#read('ends', word);
    return text === undefined ? undefined : readEndMark(text);
  }

  /**
   * Calls `heard` whenever an attempt may have ended, as far as this machine is told of it: what another one writes on a
   * file system that they share, it need not be. Returns what ends that.
   */
  watchEnds(heard: () => void): () => void {
    return this.#files.watch(join(this.folder, 'ends'), heard);
  }

  /** Says how an attempt ended, unless that was said; resolves with what was said first. */
  async putEnd(word: string, end: EndMark): Promise<EndMark> {
    await this.#make('ends', word, endText(end));
    return (await this.end(word)) ?? end;
  }

  /**
   * The order goes first: who claims later finds that there is none, and begins nothing. The end goes last: what is left after
   * a crash is of an attempt that has ended.
   */
  async forget(word: string): Promise<void> {
    for (const kind of ['orders', 'cancels', 'claims', 'ends'] as const) await this.#remove(kind, word);
  }

  /** Returns the path of the script. */
  async putList(list: string, words: readonly string[], script: string): Promise<string> {
    await this.#put('lists', list, words.map((word) => `${word}\n`).join(''));
    await this.#put('scripts', list, script);
    return join(this.folder, 'scripts', list);
  }

  putJob(list: string, job: string): Promise<void> {
    return this.#put('jobs', list, `${job}\n`);
  }

  async forgetList(list: string): Promise<void> {
    for (const kind of ['jobs', 'scripts', 'lists'] as const) await this.#remove(kind, list);
  }

  async submitted(): Promise<Submitted[]> {
    const found: Submitted[] = [];
    for (const list of (await this.names('lists')).sort()) {
      const words = (await this.#read('lists', list))?.split('\n').filter((word) => word !== '') ?? [];
      found.push({ list, words, job: (await this.#read('jobs', list))?.trim() });
    }
    return found;
  }

  #read(kind: Kind, name: string): Promise<string | undefined> {
    return this.#files.read(join(this.folder, kind, name));
  }

  #remove(kind: Kind, name: string): Promise<void> {
    return this.#files.remove(join(this.folder, kind, name));
  }

  #put(kind: Kind, name: string, content: string | Buffer): Promise<void> {
    return this.#files.put(this.#aside(kind), join(this.folder, kind, name), content);
  }

  #make(kind: Kind, name: string, text: string): Promise<boolean> {
    return this.#files.make(this.#aside(kind), join(this.folder, kind, name), text);
  }

  /** A name that no other process gives: one agent at most works in a folder. */
  #aside(kind: Kind): string {
    this.#count += 1;
    return join(this.folder, kind, `.agent.${process.pid}.${Date.now()}.${this.#count}`);
  }
}

/** Stands for the number of a job in a claim of the agent's. */
const sealed = 'sealed';
