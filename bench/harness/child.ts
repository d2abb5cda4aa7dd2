import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * How long a reply may take: far longer than any window, and than telling a million Tells on a busy machine, so that what
 * hangs ends the run with a sentence.
 */
const replyMs = 1_800_000;

/** A program of `bench/programs` in a process of its own, which ends with this one. Leaving the scope of `await using` ends it. */
export class Child<Request extends object, Reply> implements AsyncDisposable {
  readonly #program: string;
  readonly #process: ChildProcess;

  /** `flags` are those of Node.js itself. */
  constructor(program: URL, flags: readonly string[] = []) {
    this.#program = fileURLToPath(program);
    this.#process = fork(this.#program, {
      execArgv: [...flags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** Puts one request, and waits for its reply; the next may be put after that. */
  async call(request: Request): Promise<Reply> {
    const listening = new AbortController();
    const { signal } = listening;
    const late = setTimeout(
      () => listening.abort(new Error(`${this.#program} did not answer within ${replyMs / 1_000} s`)),
      replyMs,
    );
    const answered = once(this.#process, 'message', { signal });
    const ended = once(this.#process, 'exit', { signal }).then(([code, killed]) => {
      throw new Error(`${this.#program} ended (${code ?? killed}) before it answered`);
    });
    try {
      this.#process.send(request);
      const [message] = await Promise.race([answered, ended]);
      if ('error' in message) throw new Error(String(message.error));
      return message.reply as Reply;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(late);
      listening.abort();
      for (const waiting of [answered, ended]) waiting.catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL'); // what it holds is measured, and of no use any more
    await ended;
  }
}
