import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** How long one answer may take, and an orderly end. */
const answerMs = 600_000;
const endMs = 10_000;

/** A program that says a line when it is ready, and then answers each line by one. Leaving the scope of `await using` ends it. */
export class LineProgram implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  /** Rejects when the program has ended. */
  readonly #ended: Promise<never>;
  readonly #killAtExit: () => void;

  private constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdin.on('error', () => {}); // its end is told by `#ended`
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#ended = once(this.#process, 'exit').then(([code, killed]) => {
      throw new Error(`${this.#process.spawnargs.join(' ')} has ended (${code ?? killed})`);
    });
    this.#ended.catch(() => {}); // told by who waits for an answer
    this.#killAtExit = () => this.#process.kill('SIGKILL');
    process.prependOnceListener('exit', this.#killAtExit);
  }

  /** Starts it; resolves when it has said its first line, which is that it is ready. */
  static async start(command: string, args: readonly string[]): Promise<LineProgram> {
    const program = new LineProgram(command, args);
    await program.#nextLine();
    return program;
  }

  /** Puts one line, and waits for the one that answers it; the next may be put after that. */
  async ask(line: string): Promise<string> {
    const answered = this.#nextLine();
    this.#process.stdin.write(`${line}\n`);
    return await answered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killAtExit);
    this.#process.stdin.end();
    const late = setTimeout(() => this.#process.kill('SIGKILL'), endMs);
    await this.#ended.catch(() => {});
    clearTimeout(late);
  }

  async #nextLine(): Promise<string> {
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(answerMs)]);
    try {
      const [line] = await Promise.race([once(this.#lines, 'line', { signal }), this.#ended]);
      return String(line);
    } finally {
      waiting.abort();
    }
  }
}
