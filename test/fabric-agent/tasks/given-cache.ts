import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputCache, type InputCacheOptions } from '../../../fabric-agent/tasks/input-cache.ts';
import { InputShelf } from '../../../fabric-agent/tasks/input-shelf.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Holds } from '../../../protocol/agent/inputs.ts';
import { ManualClock } from '../../support/clock.ts';

export const never = new AbortController().signal;
export const hashOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** A cache with a disk of which a test says what is free, and a broker that counts what is fetched. */
export class GivenCache implements AsyncDisposable {
  readonly root: string;
  readonly clock = new ManualClock(Date.now());
  /** What the disk has for all files, those that are kept among them. */
  diskBytes = Number.MAX_SAFE_INTEGER;
  fetched: string[] = [];
  said: Holds[] = [];
  cache!: InputCache;
  shelf!: InputShelf;
  #files = 0;

  private constructor(root: string) {
    this.root = root;
  }

  static async open(options: Partial<InputCacheOptions> = {}): Promise<GivenCache> {
    const given = new GivenCache(await mkdtemp(join(tmpdir(), 'ogm-inputs-')));
    await mkdir(join(given.root, 'tasks'));
    await given.start(options);
    return given;
  }

  /** Another agent over the same folder; the one before was killed. */
  async start(options: Partial<InputCacheOptions> = {}): Promise<void> {
    const cache = new InputCache({
      folder: this.folder,
      ...{ mostBytes: 1000, keptMs: 100_000, lookMs: 1000, brokers: ['b1'] },
      taskFolder: () => join(this.root, 'tasks'),
      freeBytes: async () => this.diskBytes - this.cache.yieldingBytes,
      clock: this.clock,
      log: silentLog,
      ...options,
    });
    this.cache = cache;
    await cache.start();
    this.shelf = new InputShelf(cache, 'b1', (message) => this.said.push(message));
  }

  get folder(): string {
    return join(this.root, 'input-cache');
  }

  /** Brings an input as for a task, and returns the file. */
  async bring(bytes: Buffer | string, owner = 'ann', shelf = this.shelf): Promise<string> {
    this.#files += 1;
    const file = join(this.root, 'tasks', `${this.#files}`);
    const content = Buffer.from(bytes);
    const fetch = async () => {
      this.fetched.push(`${owner} ${content.toString('latin1', 0, 20)}`);
      await writeFile(file, content, { mode: 0o600 });
    };
    await shelf.bring({ owner, blob: hashOf(content), bytes: content.length }, file, fetch, never);
    expect(hashOf(await readFile(file))).to.equal(hashOf(content));
    return file;
  }

  /** What was fetched since this was asked last. */
  get news(): string[] {
    const news = this.fetched;
    this.fetched = [];
    return news;
  }

  async files(): Promise<string[]> {
    return (await readdir(join(this.folder, 'b1')).catch(() => [])).sort();
  }

  /** Lets time pass until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.clock.advance(1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cache.stop();
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
