import type { z } from 'zod';
import type { PrintedStream } from '../protocol/agent/messages.ts';
import {
  type JobChange,
  type JobEvent,
  type JobView,
  jobPage,
  type jobRequest,
  jobView,
  type LeftFile,
  outputPage,
  type TaskView,
  taskPage,
  taskView,
} from '../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../protocol/jobs/states.ts';
import { type AgainRequest, tablePage } from '../protocol/jobs/table.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import type { OpenFrames } from './followed.ts';
import { type CallOptions, initOf, request, requestBytes, requestJson, type ServiceAddress } from './http.ts';
import { type EventOptions, jobEvents } from './job-events.ts';
import { pause } from './pause.ts';
import { type PrintedOptions, type PrintedPiece, printedPieces } from './printed.ts';
import { queryOf } from './query.ts';
import type { RetryLimits } from './retries.ts';

/** How long the service may wait for something to happen before it answers, in seconds: less than a call may take. */
const waitSeconds = 20;

/** The least time, in milliseconds, between two looks at a job: one of many tasks changes all the time. */
const followMs = 50;

/** The states from which a job does not move any more. */
const ends: readonly JobState[] = ['FINISHED', 'FAILED', 'CANCELLED'];

/** Whether nothing happens to a job any more. */
export function isOver({ state }: Pick<JobView, 'state'>): boolean {
  return ends.includes(state);
}

/** Jobs and their tasks at a broker, over HTTP. Each call throws a ServiceFailure where it is refused or not answered. */
export class JobsClient {
  readonly #address: ServiceAddress;
  readonly #limits: Partial<RetryLimits>;
  readonly #open: OpenFrames | undefined;

  /**
   * @param limits for how long those calls that go on by themselves bear that the broker is away
   * @param open by which events come as they happen; where it is not given they are asked for
   */
  constructor(address: ServiceAddress, limits: Partial<RetryLimits> = {}, open?: OpenFrames) {
    this.#address = address;
    this.#limits = limits;
    this.#open = open;
  }

  /**
   * Submits a job. Where the request says a word of its own (`request`), it is sent again until it is answered: the
   * broker takes it once.
   */
  async submit(job: z.input<typeof jobRequest>, options: CallOptions = {}): Promise<JobView> {
    const send = () =>
      requestJson(this.#address, '/broker/v1/jobs', jobView, { ...options, method: 'POST', body: job });
    return job.request === undefined ? send() : new Again(this.#limits).call(send, options.signal);
  }

  /** Changes a job that is NEW. */
  change(job: string, change: JobChange, options: CallOptions = {}): Promise<JobView> {
    return requestJson(this.#address, pathOf(job), jobView, { ...options, method: 'PATCH', body: change });
  }

  /** Queues a job that is NEW. */
  queue(job: string, options: CallOptions = {}): Promise<JobView> {
    return this.#post(`${pathOf(job)}/submit`, jobView, {}, options);
  }

  get(job: string, options: CallOptions = {}): Promise<JobView> {
    return requestJson(this.#address, pathOf(job), jobView, options);
  }

  /** The job as soon as something has happened to it after this cursor, or as it is after a while. */
  changed(job: string, cursor: number, options: CallOptions = {}): Promise<JobView> {
    return requestJson(
      this.#address,
      `${pathOf(job)}?wait=${waitSeconds}&cursor=${cursor}`,
      jobView,
      options,
    );
  }

  /** The job as it is, and then each time that something has happened to it, until nothing happens to it any more. */
  async *follow(job: string, options: CallOptions = {}): AsyncGenerator<JobView, void, void> {
    const again = new Again(this.#limits);
    let view = await again.call(() => this.get(job, options), options.signal);
    yield view;
    if (isOver(view)) return;
    for await (const _ of this.#happenings(job, () => view.cursor, options)) {
      const { cursor } = view;
      view = await again.call(() => this.get(job, options), options.signal);
      if (view.cursor !== cursor || isOver(view)) yield view;
      if (isOver(view)) return;
      await pause(followMs, options.signal);
    }
  }

  /** Jobs, the latest first; of one state or under one agreement where that is given. */
  async *list(
    state?: JobState,
    options: CallOptions & {
      readonly owner?: string | undefined;
      readonly agreement?: string | undefined;
    } = {},
  ): AsyncGenerator<JobView, void, void> {
    const { owner, agreement } = options;
    for (let after: string | null | undefined; after !== null; ) {
      const path = `/broker/v1/jobs?${queryOf({ state, after, owner, agreement })}`;
      const page = await requestJson(this.#address, path, jobPage, options);
      yield* page.jobs;
      after = page.next;
    }
  }

  /** @param graceMs how long its programs may take to end by themselves; as the broker has it unless given */
  cancel(job: string, graceMs?: number, options: CallOptions = {}): Promise<JobView> {
    return this.#post(`${pathOf(job)}/cancel`, jobView, graceMs === undefined ? {} : { graceMs }, options);
  }

  /** Runs those tasks of a job again that failed, or are not done, in a new one: the same however often it is asked for. */
  again(job: string, which: AgainRequest['which'], options: CallOptions = {}): Promise<JobView> {
    const ask = () => this.#post(`${pathOf(job)}/again`, jobView, { which }, options);
    return new Again(this.#limits).call(ask, options.signal);
  }

  /** The table of a job, a page at a time: its tasks with their parameters, and what came of them. */
  async *table(
    job: string,
    state?: TaskState,
    options: CallOptions = {},
  ): AsyncGenerator<Omit<z.output<typeof tablePage>, 'next'>, void, void> {
    for (let after: string | null | undefined; after !== null; ) {
      const path = `${pathOf(job)}/table?${queryOf({ state, after })}`;
      const { next, ...page } = await requestJson(this.#address, path, tablePage, options);
      yield page;
      after = next;
    }
  }

  /** The beginning of a file that a task left, so many bytes of it at most; nothing where it left none. */
  async beginning(
    { job, task, path }: { readonly job: string; readonly task: number; readonly path: string },
    most: number,
    { signal }: CallOptions = {},
  ): Promise<Uint8Array | undefined> {
    const named = path.split('/').map(encodeURIComponent).join('/');
    const init = { headers: { Range: `bytes=0-${most - 1}` }, signal: signal ?? null };
    try {
      const { bytes } = await requestBytes(this.#address, `${taskPath(job, task)}/outputs/${named}`, init);
      return bytes.subarray(0, most);
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      if (error.status === 416) return new Uint8Array(); // it is empty
      if (error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** Deletes a job that is over, with all that it left. */
  async delete(job: string, options: CallOptions = {}): Promise<void> {
    await request(this.#address, pathOf(job), initOf({ ...options, method: 'DELETE' }));
  }

  /** The tasks of a job, by their numbers; those in one state where it is given. */
  async *tasks(
    job: string,
    state?: TaskState,
    options: CallOptions = {},
  ): AsyncGenerator<TaskView, void, void> {
    for (let after: string | null | undefined; after !== null; ) {
      const path = `${pathOf(job)}/tasks?${queryOf({ state, after })}`;
      const page = await requestJson(this.#address, path, taskPage, options);
      yield* page.tasks;
      after = page.next;
    }
  }

  task(job: string, number: number, options: CallOptions = {}): Promise<TaskView> {
    return requestJson(this.#address, taskPath(job, number), taskView, options);
  }

  /** All files that a task left. */
  async *outputs(
    job: string,
    number: number,
    options: CallOptions = {},
  ): AsyncGenerator<LeftFile, void, void> {
    for (let after: string | null | undefined; after !== null; ) {
      const path = `${taskPath(job, number)}/outputs?${queryOf({ after })}`;
      const page = await requestJson(this.#address, path, outputPage, options);
      yield* page.outputs;
      after = page.next;
    }
  }

  /** Has a task tried again that is lost. */
  retry(job: string, number: number, options: CallOptions = {}): Promise<TaskView> {
    return this.#post(`${taskPath(job, number)}/retry`, taskView, {}, options);
  }

  /** Lets a task go that is lost: it has failed. */
  abandon(job: string, number: number, options: CallOptions = {}): Promise<TaskView> {
    return this.#post(`${taskPath(job, number)}/abandon`, taskView, {}, options);
  }

  /** Answers the question of a program. */
  answer(job: string, number: number, text: string, options: CallOptions = {}): Promise<TaskView> {
    return this.#post(`${taskPath(job, number)}/answer`, taskView, { text }, options);
  }

  /** What a task prints to standard output: until now, or with `follow` until it has ended. */
  stdout(
    job: string,
    number: number,
    options: PrintedOptions = {},
  ): AsyncGenerator<PrintedPiece, void, void> {
    return this.#pieces(job, number, 'stdout', options);
  }

  /** The same of standard error. */
  stderr(
    job: string,
    number: number,
    options: PrintedOptions = {},
  ): AsyncGenerator<PrintedPiece, void, void> {
    return this.#pieces(job, number, 'stderr', options);
  }

  /** The bytes that a task has printed until now, from one on, in pieces. */
  async *printed(
    job: string,
    number: number,
    stream: PrintedStream,
    from = 0,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, void> {
    for await (const { bytes } of this.#pieces(job, number, stream, { from, signal })) yield bytes;
  }

  /**
   * What happens to jobs, or to one, each event once and in order, as it comes, for as long as the caller goes on. Where
   * the broker is away for a while, it goes on after the last that was handed over.
   */
  events(options: EventOptions = {}): AsyncGenerator<JobEvent, void, void> {
    return jobEvents({ address: this.#address, limits: this.#limits, open: this.#open }, options);
  }

  /** Comes each time that something has happened to a job that is not over, after the cursor of what is known by then. */
  async *#happenings(
    job: string,
    known: () => number,
    { signal }: CallOptions,
  ): AsyncGenerator<void, void, void> {
    try {
      for await (const { cursor } of this.events({ job, after: known(), signal }))
        if (cursor > known()) yield;
    } catch (error) {
      // Nothing has happened to it for longer than events are kept.
      if (!(error instanceof ServiceFailure) || error.code !== 'cursor-expired') throw error;
    }
    const again = new Again(this.#limits);
    for (;;) {
      await again.call(() => this.changed(job, known(), { signal }), signal);
      yield;
    }
  }

  #pieces(job: string, number: number, stream: PrintedStream, options: PrintedOptions) {
    const task = () => this.task(job, number, { signal: options.signal });
    const path = taskPath(job, number);
    return printedPieces({ address: this.#address, limits: this.#limits, path, stream, task }, options);
  }

  #post<S extends z.ZodType>(
    path: string,
    schema: S,
    body: object,
    options: CallOptions,
  ): Promise<z.output<S>> {
    return requestJson(this.#address, path, schema, { ...options, method: 'POST', body });
  }
}

function pathOf(job: string): string {
  return `/broker/v1/jobs/${encodeURIComponent(job)}`;
}

function taskPath(job: string, number: number): string {
  return `${pathOf(job)}/tasks/${number}`;
}
