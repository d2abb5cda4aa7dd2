import { Changed } from '../../platform/changed.ts';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/digest.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import type { JobChange, JobRequest, JobView, TaskView } from '../../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../../protocol/jobs/states.ts';
import type { AgainRequest } from '../../protocol/jobs/table.ts';
import { Claims } from '../capacity/claims.ts';
import { Locks } from '../staging/locks.ts';
import { type Agreements, noAgreements } from './agreement.ts';
import type { Asked, Patience } from './asked.ts';
import type { Blobs } from './blobs.ts';
import { Decisions } from './decisions.ts';
import { Dispatch } from './dispatch.ts';
import { type AskedEvents, EventPages } from './event-pages.ts';
import type { MayUse } from './fitting.ts';
import { randomJobId } from './job-id.ts';
import { NeedReader } from './need.ts';
import { Outputs } from './outputs.ts';
import type { Told } from './owned.ts';
import { Printing } from './printing.ts';
import { type EventPage, JobReader } from './reading.ts';
import { checkRequest, checkSize } from './request-bounds.ts';
import type { JobSettings } from './settings.ts';
import { JobStore } from './store.ts';
import { Successors } from './successors.ts';
import { JobTable } from './table.ts';
import { isListed, rowsOf } from './task-list.ts';
import { Tries } from './tries.ts';
import { UnderWhat } from './under.ts';
import { jobView, taskView } from './views.ts';
import { WorkUnder } from './work-under.ts';

export interface JobsParts {
  readonly config: JobSettings;
  readonly store: Store;
  readonly blobs: Blobs;
  /** Whether a resource is shared with a user who does not own it. */
  readonly mayUse: MayUse;
  /** What is agreed with users, where deals are made. */
  readonly agreements?: Agreements;
  /** What is held for Offers, and reserved by agreements; nothing where none is given. */
  readonly claims?: Claims;
  /** A node has come or gone, or what it has, or whether it takes tasks, is otherwise. */
  readonly nodeChanged?: (agent: string) => void;
  /** A name for a job that no other has. */
  readonly newId?: () => string;
  readonly clock: Clock;
  readonly log: Log;
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
  /** What became of them, with their parameters. */
  readonly table: JobTable;
  /** What becomes of work when its agreement changes or ends. */
  readonly workUnder: WorkUnder;
  readonly #config: JobSettings;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #under: UnderWhat;
  readonly #changed: Changed;
  readonly #store: JobStore;
  readonly #blobs: Blobs;
  readonly #tries: Tries;
  /** Lists of tasks are read one after the other, for one may be large. */
  readonly #lists = new Locks();
  readonly #successors: Successors;
  readonly #decisions: Decisions;
  readonly #reader: JobReader;
  readonly #events: EventPages;

  constructor(parts: JobsParts) {
    const {
      config,
      store,
      blobs,
      mayUse,
      agreements = noAgreements,
      newId = randomJobId,
      clock,
      log,
    } = parts;
    const rules = { halfLifeMs: config['usage-half-life'], agreements };
    this.#config = config;
    this.#clock = clock;
    this.#newId = newId;
    this.#changed = new Changed(clock);
    const needs = new NeedReader(needsKept);
    this.#under = new UnderWhat({ agreements, openAccess: config['open-access'], needs, clock });
    this.workUnder = new WorkUnder({ rules, graceMs: config.grace, dispatch: () => this.dispatch });
    this.#blobs = blobs;
    this.#tries = new Tries(clock, log);
    const after = {
      blobs,
      mostAfter: config['most-after'],
      mostFiles: config['most-files'],
      taskBytes: config['task-size'],
    };
    this.#store = new JobStore({ ...after, store, rules, jobsEach: config['jobs-each'] });
    this.#successors = new Successors({
      ...{ ...after, store, rules, clock, tries: this.#tries },
      begin: (ready, changes) => this.dispatch.begin(ready, changes),
    });
    this.#decisions = new Decisions(store, rules, (resource) => this.dispatch.isSilent(resource));
    this.#reader = new JobReader(store);
    this.#events = new EventPages(this.#reader, this.#changed, config['events-a-page']);
    this.dispatch = new Dispatch({
      ...{ config, store, blobs, mayUse, agreements, clock, log },
      claims: parts.claims ?? new Claims(),
      nodeChanged: parts.nodeChanged ?? (() => {}),
      reader: needs,
      changed: ({ jobs, ended }) => {
        this.#changed.tell(jobs);
        this.#successors.ended(ended);
      },
    });
    this.outputs = new Outputs(store, this.#reader, config['outputs-a-page']);
    this.table = new JobTable(store, this.#reader, config['tasks-a-page']);
    this.printing = new Printing({
      reader: this.#reader,
      changed: this.#changed,
      node: this.dispatch,
      longestWaitMs: config['longest-wait'],
      clock,
    });
  }

  async start(): Promise<void> {
    await this.dispatch.start();
    await this.#successors.start();
  }

  async stop(): Promise<void> {
    this.#changed.close();
    await this.#tries.stop();
    await this.dispatch.stop();
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
    checkRequest(request, this.#config);
    const { request: _word, ...said } = request;
    const submitted = { id: this.#newId(), owner, request };
    const keep = async () => {
      const submission = {
        ...submitted,
        rows: await rowsOf(request, { owner, blobs: this.#blobs, bounds: this.#config }),
        digest: sha256(JSON.stringify(said)),
        under: this.#under.of(submitted),
      };
      if (request.after.length + request.inputsFrom.length > 0) this.#successors.expect();
      return this.#done(() => this.#store.submit(submission, this.#clock.now()));
    };
    return isListed(request) ? this.#lists.within('list', keep) : keep();
  }

  /** Runs tasks of a job again that has ended, in a new one: the same where it is asked for again. */
  again(owner: string, id: string, which: AgainRequest['which']): Promise<JobView> {
    const how = { id: this.#newId(), which, under: this.#under };
    return this.#done(() => this.#store.again(owner, id, how, this.#clock.now()));
  }

  change(owner: string, id: string, change: JobChange): Promise<JobView> {
    checkSize(change, this.#config);
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
    asked: Asked<JobState> & { readonly agreement?: string | undefined },
  ): Promise<{ readonly jobs: JobView[]; readonly next: string | null }> {
    const most = Math.min(asked.limit ?? this.#config['jobs-a-page'], this.#config['jobs-a-page']);
    const { after, state, agreement } = asked;
    const { rows, next } = await this.#reader.jobs(owner, { after, most, state, agreement });
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
  events(owner: string, asked: AskedEvents, patience: Patience): Promise<EventPage> {
    return this.#events.page(owner, asked, this.#waiting(patience));
  }

  /** Housekeeping: forgets events that are too old, and what belongs to jobs that were deleted. */
  async sweep(now: number): Promise<void> {
    const since = now - this.#config['job-events-kept'];
    while ((await this.#reader.forget(since, this.#config['most-job-events'], rowsAStep)) >= rowsAStep);
    while ((await this.#store.sweep(rowsAStep)) > 0);
  }

  readonly #why = (job: number) => this.dispatch.waiting.of(job)?.cause;

  #waiting({ wait, signal }: Patience) {
    return { waitMs: Math.min(wait * 1000, this.#config['longest-wait']), signal };
  }

  async #done(command: () => Promise<Told>): Promise<JobView> {
    await this.dispatch.loaded; // or what it changes would be taken up twice
    const done = await command();
    this.dispatch.told(done);
    return jobView(done.job, this.#why);
  }
}
