import type { Clock } from '../../platform/clock.ts';
import { longestExpectedMs, longestSaid, type QueueReason } from '../../protocol/agent/standing.ts';
import type { RunCommand } from './run-command.ts';
import type { Run } from './runs.ts';
import { type BatchSystem, jobText, type OwnJob } from './system.ts';

export interface QueueReasonsOptions {
  readonly system: BatchSystem;
  readonly run: RunCommand;
  /** Whose jobs are asked about. */
  readonly user: string;
  readonly clock: Clock;
}

/** For how long, in milliseconds, what was said of a job is said again. */
const keptMs = 5_000;
/** Jobs (a count) of which it is kept what was said. */
const mostKept = 100;
/** Characters of a word, and of the number of a job. */
const longestWord = 200;
const longestJob = 100;

/** Asks a batch system why jobs wait: when somebody wants to know, of one job at a time, and of one not again at once. */
export class QueueReasons {
  readonly #options: QueueReasonsOptions;
  readonly #kept = new Map<string, { readonly at: number; readonly said: QueueReason | undefined }>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: QueueReasonsOptions) {
    this.#options = options;
  }

  /** Undefined where a run has no job that waits. Rejects where a command of the system could not be started. */
  async of(run: Run | undefined): Promise<QueueReason | undefined> {
    if (run?.job === undefined || run.end !== undefined) return undefined;
    const { job } = run;
    const answer = this.#turn.then(() => this.#ask(job));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #ask(id: OwnJob): Promise<QueueReason | undefined> {
    const { system, run, user, clock } = this.#options;
    const text = jobText(id, ':');
    const key = `${text} ${id.name}`;
    const known = this.#kept.get(key);
    if (known !== undefined && clock.now() - known.at < keptMs) return known.said;
    const outputs: string[] = [];
    for (const command of system.reasons(id, user)) outputs.push((await run(command)).output);
    const reason = system.reason(outputs, id, clock.now());
    const startsInMs = reason?.startsInMs;
    const said = reason && {
      system: system.name,
      job: text.slice(0, longestJob),
      word: reason.word.slice(0, longestWord),
      says: reason.says.slice(0, longestSaid),
      // A queue may be told to hold a job for years: that is no expectation, and no frame has it.
      startsInMs: startsInMs !== undefined && startsInMs <= longestExpectedMs ? startsInMs : null,
    };
    this.#kept.delete(key);
    this.#kept.set(key, { at: clock.now(), said });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return said;
  }
}
