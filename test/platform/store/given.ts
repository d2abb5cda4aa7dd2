import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../../platform/log.ts';

/** Bounds that no test comes near, unless it means to. */
export const limits = {
  groupVerbs: 100,
  groupMs: 60_000,
  statements: 50,
  cacheBytes: 4 * 1024 * 1024,
  journalBytes: 1024 * 1024,
  busyMs: 20,
};

/** Pairs of rows that are only ever written together. */
export const migrations = new URL('./migrations/', import.meta.url);

export const silent: Log = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  enabled: () => false,
  child: () => silent,
};

/** The programs that run as processes of their own. */
export const writer = new URL('./programs/writer.ts', import.meta.url);
export const holder = new URL('./programs/holder.ts', import.meta.url);

/** A program, running; `prefix` stands before it on the command line. */
export class Program {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<unknown>;
  readonly #input;

  constructor(program: URL, parameters: readonly string[], prefix: readonly string[] = []) {
    const [command = '', ...rest] = [...prefix, process.execPath, fileURLToPath(program), ...parameters];
    this.process = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = once(this.process, 'close');
    if (this.process.stdout === null) throw new Error('it has no output');
    this.#input = createInterface({ input: this.process.stdout });
    this.#input.on('line', (line) => this.lines.push(line));
  }

  /** Resolves when it has said `count` lines, or has ended. */
  async said(count: number): Promise<void> {
    while (this.lines.length < count) {
      const more = await Promise.race([once(this.#input, 'line'), this.ended.then(() => undefined)]);
      if (more === undefined) return;
    }
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Ends its input, and waits for its own end. */
  async end(): Promise<void> {
    this.process.stdin?.end();
    await this.ended;
  }
}
