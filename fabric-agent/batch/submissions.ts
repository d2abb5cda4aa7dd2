import type { Clock } from '../../platform/clock.ts';
import type { RunCommand } from './run-command.ts';
import type { Shelf } from './shelf.ts';
import type { BatchSystem, OwnJob, QueueOptions, Request } from './system.ts';

export interface SubmissionOptions {
  readonly system: BatchSystem;
  readonly run: RunCommand;
  readonly shelf: Shelf;
  readonly queue: QueueOptions;
  /** The program that runs an attempt within a job, a path on all machines. */
  readonly runner: string;
  /** What the names of all jobs of this agent begin with. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** What came of a submission: a job, or a refusal in the system's words. */
export type Taken = OwnJob | { readonly refused: string };

interface Waiting {
  readonly word: string;
  readonly request: Request;
  readonly listed: (list: string, line: number) => void;
  readonly taken: (taken: Taken) => void;
  readonly failed: (error: unknown) => void;
}

/** How long, in milliseconds, a task waits for others that are like it. */
const gatherMs = 20;

/** Gives tasks to a batch system: those that are alike and come together in one array, one command after the other. */
export class Submissions {
  readonly #options: SubmissionOptions;
  #waiting: Waiting[] = [];
  #isBusy = false;
  /** How many submissions have come to an end: one who lists the queue knows so what it must hold. */
  #count = 0;
  #last = 0;

  constructor(options: SubmissionOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Gives one to the system. `listed` is called before it can be there, with the submission, by whose name its job is found
   * should the answer be lost, and its line in that, from 1. Rejects where nobody knows whether it is.
   */
  submit(word: string, request: Request, listed: Waiting['listed']): Promise<Taken> {
    const { promise, resolve, reject } = Promise.withResolvers<Taken>();
    this.#waiting.push({ word, request, listed, taken: resolve, failed: reject });
    if (!this.#isBusy) {
      this.#isBusy = true;
      this.#options.clock.after(gatherMs, () => void this.#work());
    }
    return promise;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const like = this.#takeLike();
      try {
        await this.#submit(like);
      } catch (error) {
        for (const { failed } of like) failed(error);
      }
      this.#count += 1;
    }
    this.#isBusy = false;
  }

  /** Those that ask for what the first asks for, as many as one array holds. */
  #takeLike(): Waiting[] {
    const [first] = this.#waiting;
    const asked = JSON.stringify(first?.request);
    const like = this.#waiting
      .filter(({ request }) => JSON.stringify(request) === asked)
      .slice(0, this.#options.system.mostInArray);
    const taken = new Set(like);
    this.#waiting = this.#waiting.filter((one) => !taken.has(one));
    return like;
  }

  async #submit(like: readonly Waiting[]): Promise<void> {
    const { system, run, shelf, queue, clock } = this.#options;
    const [{ request } = { request: undefined }] = like;
    if (request === undefined) return;
    const list = this.#newList(clock.now());
    const count = like.length === 1 ? null : like.length;
    const words = like.map(({ word }) => word);
    const script = await shelf.putList(list, words, this.#script(list));
    for (const [at, { listed }] of like.entries()) listed(list, at + 1);
    const name = this.#options.prefix + list;
    const command = system.submit({ name, request, count, script, folder: shelf.folder }, queue);
    const { code, output, complaint } = await run(command);
    if (code === null || (code !== 0 && system.passing.test(complaint)))
      throw new Error(`${command[0]} may or may not have taken a job: ${complaint}`);
    if (code !== 0) {
      await shelf.forgetList(list);
      for (const { taken } of like) taken({ refused: complaint });
      return;
    }
    const job = system.submitted(output);
    await shelf.putJob(list, job);
    for (const [at, { taken }] of like.entries()) taken({ job, index: count === null ? null : at + 1, name });
  }

  /** Eight characters until the year 2059, later ones sorted behind: with the prefix they make a name that every PBS takes. */
  #newList(nowMs: number): string {
    this.#last = Math.max(nowMs, this.#last + 1);
    return this.#last.toString(36);
  }

  /** No word of a user stands in it. */
  #script(list: string): string {
    const { system, shelf, runner } = this.#options;
    const words = [quoted(runner), quoted(shelf.folder), quoted(list)];
    return `#!/bin/sh\n${system.namesItself}\nexec ${words.join(' ')} "$job" "$index"\n`;
  }
}

/** One word for the shell, whatever stands in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
