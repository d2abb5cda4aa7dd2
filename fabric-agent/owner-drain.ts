import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { Refusal } from '../platform/failure.ts';
import { parsedJson } from '../protocol/json.ts';
import type { Willingness } from './willingness.ts';

const drained = z.strictObject({ sinceMs: z.number() });

/**
 * That the owner has drained this node: it takes no more tasks until they resume it, however often the agent is started
 * anew meanwhile. What it has goes on.
 */
export class OwnerDrain implements Willingness {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #sinceMs: number | undefined;
  /** Of two that are said at once the later counts. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, clock: Clock, sinceMs: number | undefined) {
    this.#folder = folder;
    this.#clock = clock;
    this.#sinceMs = sinceMs;
  }

  /** As the agent before this one left it in its data folder. Throws a Refusal `bad-file`. */
  static async in(folder: string, clock: Clock): Promise<OwnerDrain> {
    const file = fileIn(folder);
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (text === undefined) return new OwnerDrain(folder, clock, undefined);
    const read = drained.safeParse(parsedJson(text));
    if (read.success) return new OwnerDrain(folder, clock, read.data.sinceMs);
    throw new Refusal({
      code: 'bad-file',
      status: 400,
      detail: `${file} does not say since when this node is drained`,
      next: 'remove it, and drain the node again if it is to be so',
    });
  }

  /** When it was drained, in milliseconds since 1970; undefined where it is not. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  get unwilling(): string | undefined {
    return this.#sinceMs === undefined ? undefined : 'its owner has drained this node';
  }

  onChange(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  }

  /** Takes no more tasks; resolves when that is on the disk. */
  drain(): Promise<void> {
    return this.#become(async () => {
      if (this.#sinceMs !== undefined) return this.#sinceMs;
      const sinceMs = this.#clock.now();
      await this.#write(`${JSON.stringify({ sinceMs })}\n`);
      return sinceMs;
    });
  }

  /** Takes tasks again; resolves when that is on the disk. */
  resume(): Promise<void> {
    return this.#become(async () => {
      await rm(fileIn(this.#folder), { force: true });
      await this.#syncFolder();
      return undefined;
    });
  }

  #become(write: () => Promise<number | undefined>): Promise<void> {
    const written = this.#writing.then(async () => {
      const sinceMs = await write();
      if (sinceMs === this.#sinceMs) return;
      this.#sinceMs = sinceMs;
      for (const changed of this.#listeners) changed();
    });
    this.#writing = written.catch(() => {}); // told to who said it
    return written;
  }

  /** Whole or not at all. */
  async #write(text: string): Promise<void> {
    const file = fileIn(this.#folder);
    const next = `${file}.next`;
    {
      await using handle = await open(next, 'w', 0o600);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(next, file);
    await this.#syncFolder();
  }

  async #syncFolder(): Promise<void> {
    await using handle = await open(this.#folder, 'r');
    await handle.sync();
  }
}

function fileIn(folder: string): string {
  return join(folder, 'drained.json');
}
