import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { bareEnd, type EndMark } from './end-mark.ts';
import { outputOf, type RunCommand } from './run-command.ts';
import type { Run, Runs } from './runs.ts';
import type { Claim, Shelf } from './shelf.ts';
import {
  type BatchSystem,
  type Fate,
  isNamed,
  type JobId,
  jobText,
  type OwnJob,
  type QueuedJob,
} from './system.ts';

export interface QueueWatchOptions {
  readonly system: BatchSystem;
  readonly run: RunCommand;
  readonly shelf: Shelf;
  readonly runs: Runs;
  /** Whose jobs are looked at. */
  readonly user: string;
  /** What the names of all jobs of this agent begin with. */
  readonly prefix: string;
  /** How many submissions have come to an end. */
  readonly submissions: () => number;
  /** How an attempt ended. */
  readonly settle: (run: Run, end: EndMark) => Promise<void>;
  /** How long, in milliseconds, an end may take to be seen after its job has left the queue. */
  readonly vanishedMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Jobs (a count) that one command takes from the queue. */
const withdrawnAtOnce = 100;

/** Compares the queue with what is thought to be in it, and has no job stay there that nobody wants. */
export class QueueWatch {
  readonly #options: QueueWatchOptions;
  /** Jobs that are to leave the queue, until it is seen that they have. */
  readonly #withdrawn = new Map<string, { readonly job: OwnJob; readonly since: number }>();
  #isSilent = false;
  #finding: Promise<void> | undefined;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
  }

  /** Whether there is anything to look for. */
  get isNeeded(): boolean {
    return this.#withdrawn.size > 0 || this.#options.runs.open.length > 0;
  }

  /** Has a job leave the queue, at the next look: a system that was ended may have given its number to another. */
  withdraw(job: OwnJob): void {
    this.#withdrawn.set(`${textOf(job)} ${job.name}`, { job, since: this.#options.submissions() });
  }

  /** Takes from the queue what is still to leave it, as far as it can be; nobody looks again. */
  async close(): Promise<void> {
    if (this.#withdrawn.size === 0) return;
    await this.#own()
      .then((own) => this.#takeOut(new Queue(own)))
      .catch(() => {});
  }

  /** Lists the queue once, and does what follows of it. A queue that does not answer says nothing of any job. */
  async look(): Promise<void> {
    const { log, system } = this.#options;
    try {
      await this.#look();
      this.#isSilent = false;
    } catch (error) {
      if (!this.#isSilent) log.warn(`${system.name} does not say what is in its queue`, { error });
      this.#isSilent = true;
    }
  }

  async #look(): Promise<void> {
    const { runs, submissions } = this.#options;
    const before = submissions();
    const own = await this.#own();
    this.#adopt(own);
    const there = new Queue(own);
    for (const one of runs.open) if (one.submission <= before) await this.#compare(one, there);
    this.#withdrawStrays(own);
    for (const [key, { job, since }] of this.#withdrawn)
      if (since <= before && there.find(job) === undefined) this.#withdrawn.delete(key);
    await this.#takeOut(there);
  }

  /** Lists the queue, and finds the jobs of submissions whose answers were lost; rejects where it does not answer. */
  find(): Promise<void> {
    // Many may ask at once, of submissions that were all begun before.
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #find(): Promise<void> {
    this.#adopt(await this.#own());
  }

  /** The jobs of this agent that are in the queue. */
  async #own(): Promise<readonly QueuedJob[]> {
    const { system, run, user, prefix } = this.#options;
    const { noJobs } = system;
    const listed = system.listed(await outputOf(run, system.list(user), noJobs));
    return listed.filter(({ name, owner = user }) => owner === user && name.startsWith(prefix));
  }

  #adopt(own: readonly QueuedJob[]): void {
    const { runs, prefix, submissions } = this.#options;
    const lost = runs.open.filter(({ list, job }) => list !== undefined && job === undefined);
    if (lost.length === 0) return;
    const jobs = new Map(own.map((job) => [job.name.slice(prefix.length), job]));
    for (const run of lost) {
      const found = jobs.get(run.list ?? '');
      if (found === undefined) continue;
      const { job, index, name } = found;
      run.job = { job, index: index === null ? null : run.line, name };
      run.submission = submissions();
    }
  }

  async #compare(run: Run, there: Queue): Promise<void> {
    if (run.job === undefined) return;
    const { clock } = this.#options;
    const queued = there.find(run.job);
    if (queued === undefined) return this.#vanished(run, there);
    run.goneSinceMs = undefined;
    if (run.killAtMs !== undefined && clock.now() >= run.killAtMs) this.withdraw(run.job);
    if (queued.waits && run.latestStartMs !== undefined && clock.now() > run.latestStartMs)
      await this.#withdrawLate(run, run.job);
  }

  /** It has waited for longer than it may: it is to be tried elsewhere, so nothing may begin it here any more. */
  async #withdrawLate(run: Run, job: OwnJob): Promise<void> {
    const { shelf, settle, system } = this.#options;
    if (!(await shelf.seal(run.word))) return;
    if (run.end !== undefined) return this.#forgetAgain(run);
    this.withdraw(job);
    await settle(
      run,
      bareEnd('too-late', `its job waited in the queue of ${system.name} for longer than it may`),
    );
  }

  /** Its job is in the queue no more, and has not said how it ended, or that is not seen yet. */
  async #vanished(run: Run, there: Queue): Promise<void> {
    const { shelf, settle, clock, vanishedMs, system, prefix } = this.#options;
    const end = await shelf.end(run.word);
    if (end !== undefined) return settle(run, end);
    if (await shelf.seal(run.word)) {
      if (run.end !== undefined) return this.#forgetAgain(run);
      const says = await this.#fate(run);
      const how = says === undefined ? '' : ` (${says.says})`;
      const why = `its job left the queue of ${system.name} before it began${how}`;
      return settle(run, bareEnd('too-late', why));
    }
    const claimed = claimingJob(await shelf.claim(run.word), prefix, run.job);
    // Another job of a submission whose answer was lost.
    if (claimed !== undefined && there.find(claimed) !== undefined) {
      run.job = claimed;
      return;
    }
    run.goneSinceMs ??= clock.now();
    if (clock.now() - run.goneSinceMs < vanishedMs) return;
    if (claimed !== undefined) run.job = claimed;
    await this.#settleVanished(run);
  }

  /** It ended while the system said its queue; where it was forgotten too, nothing of it may come back. */
  async #forgetAgain(run: Run): Promise<void> {
    if (run.isForgotten) await this.#options.shelf.forget(run.word);
  }

  async #settleVanished(run: Run): Promise<void> {
    const { settle, system } = this.#options;
    const fate = await this.#fate(run);
    if (fate?.kind === 'under-way') return; // the queue lists it again, or says another time what became of it
    const says = fate === undefined ? '' : ` (${fate.says})`;
    const why = `its job left the queue of ${system.name}${says}, and nothing was heard of its program`;
    const kind = fate?.kind === 'timed-out' || fate?.kind === 'over-memory' ? fate.kind : 'lost';
    await settle(run, bareEnd(run.killAtMs !== undefined ? 'cancelled' : kind, kind === 'lost' ? why : ''));
  }

  async #fate({ job }: Run): Promise<Fate | undefined> {
    const { system, run } = this.#options;
    if (job?.name === undefined) return undefined; // of another that has its number nothing follows
    for (const command of system.fates(job)) {
      const { code, output } = await run(command).catch(() => ({ code: null, output: '' }));
      const fate = code === 0 ? system.fate(output, job.name) : undefined;
      if (fate !== undefined) return fate;
    }
    return undefined;
  }

  /** Jobs that nobody waits for: what they were for is forgotten, and they would find nothing to run. */
  #withdrawStrays(own: readonly QueuedJob[]): void {
    const { runs, prefix } = this.#options;
    for (const job of own) if (job.waits && !runs.hasList(job.name.slice(prefix.length))) this.withdraw(job);
  }

  /** Those that the queue showed just now under their own names, and no others that have their numbers. */
  async #takeOut(there: Queue): Promise<void> {
    const { system, run } = this.#options;
    const jobs = Array.from(this.#withdrawn.values(), ({ job }) => there.find(job)).filter(
      (job) => job !== undefined,
    );
    for (let at = 0; at < jobs.length; at += withdrawnAtOnce)
      // Whether it went well is seen by the next list.
      await run(system.withdraw(jobs.slice(at, at + withdrawnAtOnce)));
  }
}

/** What a queue holds of this agent's. */
class Queue {
  readonly #jobs: ReadonlyMap<string, QueuedJob>;

  constructor(jobs: readonly QueuedJob[]) {
    this.#jobs = new Map(jobs.map((job) => [textOf(job), job]));
  }

  find(job: OwnJob): QueuedJob | undefined {
    const found = this.#jobs.get(textOf(job));
    return found !== undefined && isNamed(job, found.name) ? found : undefined;
  }
}

/** The job that runs an attempt; undefined where none does, or it does not say its number. `known` is thought to. */
export function claimingJob(claim: Claim | undefined, prefix: string, known?: OwnJob): OwnJob | undefined {
  if (claim === undefined || claim.job === null) return undefined;
  const { job, list } = claim;
  if (list !== undefined) return { ...job, name: prefix + list };
  return known !== undefined && textOf(known) === textOf(job) ? known : { ...job, name: undefined };
}

function textOf(job: JobId): string {
  return jobText(job, ':');
}
