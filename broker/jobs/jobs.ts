import { randomInt } from 'node:crypto';
import { Changed } from '../../platform/changed.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { JobChange, JobRequest, JobView, TaskView } from '../../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../../protocol/jobs/states.ts';
import { cpusOf } from './backlog.ts';
import type { Blobs } from './blobs.ts';
import { Decisions } from './decisions.ts';
import { Dispatch } from './dispatch.ts';
import type { MayUse } from './fitting.ts';
import { NeedReader } from './need.ts';
import { Outputs } from './outputs.ts';
import { refusal, type Told } from './owned.ts';
import { Printing } from './printing.ts';
import { type EventPage, JobReader } from './reading.ts';
import type { JobSettings } from './settings.ts';
import { JobStore } from './store.ts';
import { jobView, taskView } from './views.ts';

export interface JobsParts {
  readonly config: JobSettings;
  readonly store: Store;
  readonly blobs: Blobs;
  /** Whether a resource is shared with a user who does not own it. */
  readonly mayUse: MayUse;
  /** A name for a job that no other has. */
  readonly newId?: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Which part of a list is wanted. */
export interface Asked<S> {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly state?: S | undefined;
}

/** How long a request may wait for an answer that is worth it. */
export interface Patience {
  /** Seconds. */
  readonly wait: number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Rows that one step of housekeeping takes. */
const rowsAStep = 2_000;
/** Needs that are kept read. */
const needsKept = 1_000;

/**
 * Jobs and their tasks: commands and queries of their owners. Each command returns after its commit. A job of somebody
 * else is answered as one that is not there.
 */
export class Jobs implements Part {
  readonly dispatch: Dispatch;
  /** What tasks print. */
  readonly printing: Printing;
  /** What tasks left. */
  readonly outputs: Outputs;
  readonly #config: JobSettings;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #needs = new NeedReader(needsKept);
  readonly #changed: Changed;
  readonly #store: JobStore;
  readonly #decisions: Decisions;
  readonly #reader: JobReader;

  constructor({ config, store, blobs, mayUse, newId = randomId, clock, log }: JobsParts) {
    const halfLifeMs = config['usage-half-life'];
    this.#config = config;
    this.#clock = clock;
    this.#newId = newId;
    this.#changed = new Changed(clock);
    this.#store = new JobStore({
      store,
      blobs,
      halfLifeMs,
      jobsEach: config['jobs-each'],
      taskBytes: config['task-size'],
    });
    this.#decisions = new Decisions(store, halfLifeMs, (resource) => this.dispatch.isSilent(resource));
    this.#reader = new JobReader(store);
    this.dispatch = new Dispatch({
      ...{ config, store, blobs, mayUse, clock, log },
      reader: this.#needs,
      changed: (jobs) => this.#changed.tell(jobs),
    });
    this.outputs = new Outputs(store, this.#reader, config['outputs-a-page']);
    this.printing = new Printing({
      reader: this.#reader,
      changed: this.#changed,
      node: this.dispatch,
      longestWaitMs: config['longest-wait'],
      clock,
    });
  }

  start(): Promise<void> {
    return this.dispatch.start();
  }

  stop(): Promise<void> {
    this.#changed.close();
    return this.dispatch.stop();
  }

  /** Whether it stops: nothing is worth waiting for any more. */
  get isStopping(): boolean {
    return this.#changed.isClosed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Keeps a job and, unless it is held, queues it. Throws a Refusal `job-refused` and others of the catalogue. */
  async submit(owner: string, request: JobRequest): Promise<JobView> {
    const need = this.#check(owner, request);
    const { request: _word, ...said } = request;
    const submission = {
      id: this.#newId(),
      owner,
      request,
      digest: sha256(JSON.stringify(said)),
      limitMs: need.limitMs,
      cpus: cpusOf(need),
    };
    return this.#done(() => this.#store.submit(submission, this.#clock.now()));
  }

  change(owner: string, id: string, change: JobChange): Promise<JobView> {
    this.#checkSize(change);
    return this.#done(() => this.#store.change(owner, id, change, this.#clock.now()));
  }

  queue(owner: string, id: string): Promise<JobView> {
    return this.#done(() => this.#store.queue(owner, id, this.#clock.now()));
  }

  cancel(owner: string, id: string, graceMs = this.#config.grace): Promise<JobView> {
    const most = Math.min(graceMs, this.#config['longest-grace']);
    return this.#done(() => this.#decisions.cancel(owner, id, most, this.#clock.now()));
  }

  delete(owner: string, id: string): Promise<void> {
    return this.#store.delete(owner, id, this.#clock.now());
  }

  async retry(owner: string, id: string, number: number): Promise<TaskView> {
    await this.#done(() => this.#decisions.retry(owner, id, number, this.#clock.now()));
    return this.task(owner, id, number);
  }

  async abandon(owner: string, id: string, number: number): Promise<TaskView> {
    await this.#done(() => this.#decisions.abandon(owner, id, number, this.#clock.now()));
    return this.task(owner, id, number);
  }

  async answer(owner: string, id: string, number: number, text: string): Promise<TaskView> {
    await this.#done(() => this.#decisions.answer(owner, id, number, text, this.#clock.now()));
    return this.task(owner, id, number);
  }

  /** A job, once something of it was written after `cursor`, or the patience is at its end. */
  async job(owner: string, id: string, cursor: number, patience: Patience): Promise<JobView> {
    const { job } = await this.#reader.job(owner, id);
    const row = await this.#changed.until({
      topic: job,
      ask: () => this.#reader.job(owner, id),
      isEnough: (now) => now.cursor > cursor,
      ...this.#waiting(patience),
    });
    return jobView(row, this.#why);
  }

  /** Jobs of an owner, or of all, the latest first. */
  async jobs(
    owner: string | undefined,
    asked: Asked<JobState>,
  ): Promise<{ readonly jobs: JobView[]; readonly next: string | null }> {
    const most = Math.min(asked.limit ?? this.#config['jobs-a-page'], this.#config['jobs-a-page']);
    const { rows, next } = await this.#reader.jobs(owner, { after: asked.after, most, state: asked.state });
    return {
      jobs: rows.map((row) => jobView(row, this.#why)),
      next: next === undefined ? null : String(next),
    };
  }

  async task(owner: string, id: string, number: number): Promise<TaskView> {
    const { job, task } = await this.#reader.task(owner, id, number);
    return taskView(job, task, this.#why);
  }

  /** Tasks of a job, by number. */
  async tasks(
    owner: string,
    id: string,
    asked: Asked<TaskState>,
  ): Promise<{ readonly tasks: TaskView[]; readonly next: string | null }> {
    const most = Math.min(asked.limit ?? this.#config['tasks-a-page'], this.#config['tasks-a-page']);
    const { job, tasks } = await this.#reader.tasks(owner, id, {
      after: asked.after,
      most,
      state: asked.state,
    });
    const last = tasks.length < most ? undefined : tasks.at(-1);
    const views = tasks.map((task) => taskView(job, task, this.#why));
    return { tasks: views, next: last === undefined ? null : String(last.number) };
  }

  /** Events after a cursor, once there are any, or the patience is at its end. */
  async events(
    owner: string,
    asked: { readonly job?: string | undefined; readonly after: number; readonly limit?: number | undefined },
    patience: Patience,
  ): Promise<EventPage> {
    const most = Math.min(asked.limit ?? this.#config['events-a-page'], this.#config['events-a-page']);
    const job = asked.job === undefined ? undefined : (await this.#reader.job(owner, asked.job)).job;
    let after = asked.after;
    return this.#changed.until({
      topic: job,
      ask: async () => {
        for (;;) {
          const page = await this.#reader.events(owner, asked.job, after, most);
          const isEnd = page.cursor === after;
          after = page.cursor; // what is others' is not looked at again
          if (isEnd || page.events.length > 0) return page;
        }
      },
      isEnough: ({ events }) => events.length > 0,
      ...this.#waiting(patience),
    });
  }

  /** Housekeeping: forgets events that are too old, and what belongs to jobs that were deleted. */
  async sweep(now: number): Promise<void> {
    const since = now - this.#config['job-events-kept'];
    while ((await this.#reader.forget(since, this.#config['most-job-events'], rowsAStep)) >= rowsAStep);
    while ((await this.#store.sweep(rowsAStep)) > 0);
  }

  readonly #why = (job: number) => this.dispatch.whyWaits(job);

  #waiting({ wait, signal }: Patience) {
    return { waitMs: Math.min(wait * 1000, this.#config['longest-wait']), signal };
  }

  async #done(command: () => Promise<Told>): Promise<JobView> {
    await this.dispatch.loaded; // or what it changes would be taken up twice
    const done = await command();
    this.dispatch.told(done);
    return jobView(done.job, this.#why);
  }

  #check(owner: string, request: JobRequest) {
    const { 'most-tasks': mostTasks, 'most-files': mostFiles } = this.#config;
    const tasks = typeof request.tasks === 'number' ? request.tasks : request.tasks.length;
    if (tasks > mostTasks) throw refusal('job-refused', `a job has at most ${mostTasks} tasks`);
    const files = Math.max(request.inputs.length, request.outputs?.length ?? 0);
    if (files > mostFiles) throw refusal('job-refused', `a job names at most ${mostFiles} files`);
    this.#checkSize(request);
    const { application, ask = null, resources } = request;
    const named = resources === undefined ? null : JSON.stringify(resources);
    return this.#needs.of({ owner, application, ask, resources: named });
  }

  #checkSize(said: JobRequest | JobChange): void {
    const most = this.#config['job-size'];
    if (Buffer.byteLength(JSON.stringify(said)) > most)
      throw refusal('job-refused', `a job says at most ${most} bytes in all`);
    const paths = (said.inputs ?? []).map(({ path }) => path);
    if (new Set(paths).size < paths.length) throw refusal('job-refused', 'two input files have one path');
  }
}

/** Without what looks like something else; some 10^18 of them. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

function randomId(): string {
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('');
}
