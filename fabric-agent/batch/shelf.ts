import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EndMark, endText, readEndMark } from './end-mark.ts';
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
  #count = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  async open(nowMs: number): Promise<void> {
    for (const kind of kinds) await mkdir(join(this.folder, kind), { recursive: true, mode: 0o700 });
    for (const kind of kinds)
      for (const name of await readdir(join(this.folder, kind))) {
        if (!name.startsWith('.')) continue;
        const file = join(this.folder, kind, name);
        const { mtimeMs = nowMs } = (await unlessGone(stat(file))) ?? {};
        if (nowMs - mtimeMs > abandonedMs) await rm(file, { force: true });
      }
  }

  /** The names of all that is there of one kind. */
  async names(kind: Kind): Promise<string[]> {
    return (await readdir(join(this.folder, kind))).filter((name) => !name.startsWith('.'));
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
    const [, job, index] = /^(\S+) (\d+|-) /.exec(text) ?? [];
    const isSealed = job === sealed;
    if (job === undefined || isSealed) return { isSealed, job: null };
    return { isSealed, job: { job, index: index === '-' ? null : Number(index) } };
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
    return unlessGone(readFile(join(this.folder, kind, name), 'utf8'));
  }

  async #remove(kind: Kind, name: string): Promise<void> {
    await rm(join(this.folder, kind, name), { force: true });
  }

  async #put(kind: Kind, name: string, content: string | Buffer): Promise<void> {
    const aside = this.#aside(kind);
    await writeFile(aside, content, { mode: 0o600, flag: 'wx' });
    await rename(aside, join(this.folder, kind, name));
  }

  /** Makes a file that lasts, unless it is there; whether it was made here. */
  async #make(kind: Kind, name: string, text: string): Promise<boolean> {
    const aside = this.#aside(kind);
    await writeFile(aside, text, { mode: 0o600, flag: 'wx', flush: true });
    try {
      await link(aside, join(this.folder, kind, name));
    } catch (error) {
      // Where the answer of a server was lost, the number of links tells.
      const { nlink } = await stat(aside);
      if (nlink !== 2 && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      if (nlink !== 2) throw error;
    } finally {
      await rm(aside, { force: true });
    }
    await using folder = await open(join(this.folder, kind));
    await folder.sync();
    return true;
  }

  /** A name that no other process gives: one agent at most works in a folder. */
  #aside(kind: Kind): string {
    this.#count += 1;
    return join(this.folder, kind, `.agent.${process.pid}.${Date.now()}.${this.#count}`);
  }
}

/** Stands for the number of a job in a claim of the agent's. */
const sealed = 'sealed';

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
