import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningOgm, startOgm } from '../support/ogm.ts';

/** An `ogm` that was not to end, and did. */
export interface Fall {
  readonly name: string;
  readonly how: string;
  /** What it said last. */
  readonly lines: readonly string[];
}

export interface KeptOptions {
  readonly name: string;
  readonly args: readonly string[];
  /** Variables beside the test's own. */
  readonly env?: Record<string, string>;
  /** Whether it may end by itself just now, as on a full disk. */
  readonly mayFall: () => boolean;
  readonly fell: (fall: Fall) => void;
}

/** How long until one that ended by itself is started again, in milliseconds. */
const againMs = 250;

/** Lines (a count) of one that fell that are told. */
const toldLines = 20;

/** An `ogm` that is started again whenever it has ended, until the scope of `await using` is left. */
export class Kept implements AsyncDisposable {
  readonly #options: KeptOptions;
  #running: RunningOgm | undefined;
  #isClosing = false;
  /** How long it stays away after the kill that ends it, in milliseconds; undefined where nobody killed it. */
  #awayMs: number | undefined;
  readonly #turning: Promise<void>;
  /** What those that ended have said. */
  readonly #said: string[] = [];

  constructor(options: KeptOptions) {
    this.#options = options;
    this.#turning = this.#turn();
  }

  get name(): string {
    return this.#options.name;
  }

  /** All that it has said, from its first start on. */
  get lines(): readonly string[] {
    return [...this.#said, ...(this.#running?.lines ?? [])];
  }

  /** Resolves once it is ready, however often it ends before. */
  async ready(): Promise<void> {
    for (;;) {
      const running = this.#running;
      try {
        if (running === undefined) throw new Error('it is away');
        await running.waitFor(/^\{"ready":true/);
        return;
      } catch {
        await sleep(againMs);
      }
    }
  }

  kill(awayMs: number): void {
    this.#awayMs ??= awayMs;
    void this.#running?.kill('SIGKILL');
  }

  async stop(forMs: number): Promise<void> {
    const running = this.#running;
    void running?.kill('SIGSTOP');
    await sleep(forMs);
    void running?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.kill(0);
    await this.#turning;
  }

  async #turn(): Promise<void> {
    const { name, args, env = {}, mayFall, fell } = this.#options;
    while (!this.#isClosing) {
      this.#awayMs = undefined;
      const running = startOgm(args, { env });
      this.#running = running;
      const { code, signal } = await running.ended;
      this.#running = undefined;
      this.#said.push(...running.lines);
      const wasKilled = this.#awayMs !== undefined;
      if (!wasKilled && !mayFall())
        fell({ name, how: `exit code ${code}, signal ${signal}`, lines: running.lines.slice(-toldLines) });
      await sleep(this.#awayMs ?? againMs);
    }
  }
}
