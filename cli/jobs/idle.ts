import { setTimeout as pause } from 'node:timers/promises';
import { whyWaits } from '../../client/index.ts';
import type { JobView } from '../../protocol/jobs/job.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import type { Context } from '../commands/context.ts';
import type { Output } from '../output.ts';
import { serviceAt } from '../services.ts';

/** How long, in milliseconds, nothing of a job may run before it is told why: most wait for less. */
const quietMs = 5_000;
/** Between two looks, in milliseconds, at whether it waits for something else by now. */
const againMs = 15_000;

/** Why a job waits, by its broker; its first cause matters most. */
export type WhyJob = (id: string, signal: AbortSignal) => Promise<readonly Cause[]>;

/** Resolves after so many milliseconds; rejects once the signal is aborted. */
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
const waits: Wait = (ms, signal) => pause(ms, undefined, { signal });

/** What the broker says of a job, where somebody is to read it; programs follow its events. */
export function whyJobs(context: Context): WhyJob | undefined {
  if (context.json) return undefined;
  const broker = serviceAt(context, 'broker');
  return async (id, signal) => (await whyWaits(broker, id, { signal })).causes;
}

/** Tells why nothing of a job runs: once it has been so for a while, and again where it waits for something else. */
export class IdleTold implements Disposable {
  readonly #why: WhyJob | undefined;
  readonly #out: Pick<Output, 'note'>;
  readonly #wait: Wait;
  #idle: AbortController | undefined;
  #told: string | undefined;

  /** @param wait how time passes between two looks */
  constructor(why: WhyJob | undefined, out: Pick<Output, 'note'>, wait: Wait = waits) {
    this.#why = why;
    this.#out = out;
    this.#wait = wait;
  }

  /** The job is so by now. */
  saw(job: JobView): void {
    if (!isIdle(job)) {
      this[Symbol.dispose]();
      return;
    }
    if (this.#why === undefined || this.#idle !== undefined) return;
    this.#idle = new AbortController();
    void this.#tell(this.#why, job.id, this.#idle.signal);
  }

  [Symbol.dispose](): void {
    this.#idle?.abort();
    this.#idle = undefined;
  }

  async #tell(why: WhyJob, id: string, signal: AbortSignal): Promise<void> {
    try {
      for (let ms = quietMs; ; ms = againMs) {
        await this.#wait(ms, signal);
        // A broker that is away for a moment, or is older than this, is no reason to follow the job no more.
        const [cause] = await why(id, signal).catch(() => []);
        if (signal.aborted) return;
        // By what it is: its numbers, such as for how long, go on by themselves.
        if (cause === undefined || cause.situation === this.#told) continue;
        this.#told = cause.situation;
        this.#out.note(`job ${id} waits: ${cause.cause}; next: ${cause.next}`);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** Whether nothing of it runs; what waits for its owner is told as such. */
function isIdle({ state, counts }: JobView): boolean {
  return (state === 'QUEUED' || state === 'RUNNING') && counts.started === 0 && counts['staging-out'] === 0;
}
