import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of a disk: enough for what a run writes. */
const diskBytes = 256 * 1024 * 1024;

/** How much is written at once to fill it, in bytes: less and less. */
const pieces = [1024 * 1024, 4096, 1];

/** A small disk that can be filled. Leaving the scope of `using` takes it away. Only root may have one. */
export class Disk implements Disposable {
  readonly folder: string;
  /** How many things fill it now, and how many there were. */
  #fills = 0;
  #ballasts = 0;
  /** When it was full last, by `performance.now()`. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder);
    run('mount', '-t', 'tmpfs', '-o', `size=${diskBytes},mode=700`, 'none', folder);
  }

  async fill(forMs: number): Promise<void> {
    this.#fills += 1;
    this.#ballasts += 1;
    const ballast = join(this.folder, `.ballast-${this.#ballasts}`);
    writeUntilFull(ballast);
    await sleep(forMs);
    rmSync(ballast);
    this.#fills -= 1;
    this.#fullAt = performance.now();
  }

  /** Whether it is full, or was so within this many milliseconds. */
  wasFull(withinMs: number): boolean {
    return this.#fills > 0 || performance.now() - this.#fullAt < withinMs;
  }

  [Symbol.dispose](): void {
    run('umount', '--lazy', this.folder);
  }
}

function writeUntilFull(file: string): void {
  const to = openSync(file, 'a');
  for (const bytes of pieces) {
    const piece = Buffer.alloc(bytes);
    try {
      while (writeSync(to, piece) > 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(to);
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
