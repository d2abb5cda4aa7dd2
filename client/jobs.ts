import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import {
  eventPage,
  type JobChange,
  type JobEvent,
  type JobView,
  jobPage,
  type jobRequest,
  jobView,
  type TaskView,
  taskPage,
  taskView,
} from '../protocol/jobs/job.ts';
import type { JobState, TaskState } from '../protocol/jobs/states.ts';
import { Again } from './again.ts';
import { ServiceFailure } from './failure.ts';
import { type CallOptions, initOf, request, requestBytes, requestJson, type ServiceAddress } from './http.ts';
import type { RetryLimits } from './retries.ts';

/** How long the service may wait for something to happen before it answers, in seconds: less than a call may take. */
const waitSeconds = 20;

/** The least time, in milliseconds, between two looks at a job: one of many tasks changes all the time. */
const followMs = 50;

/** Bytes of one piece of what a task has printed. */
const pieceBytes = 1024 * 1024;

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

  /** @param limits for how long those calls that go on by themselves bear that the broker is away */
  constructor(address: ServiceAddress, limits: Partial<RetryLimits> = {}) {
    this.#address = address;
    this.#limits = limits;
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
    for (let at = performance.now(); !isOver(view); at = performance.now()) {
      await pause(Math.max(0, followMs - (performance.now() - at)), undefined, { signal: options.signal });
      const { cursor } = view;
      view = await again.call(() => this.changed(job, cursor, options), options.signal);
      if (view.cursor !== cursor || isOver(view)) yield view;
    }
  }

  /** Jobs, the latest first; of one state where it is given. */
  async *list(state?: JobState, options: CallOptions = {}): AsyncGenerator<JobView, void, void> {
    for (let after: string | null | undefined; after !== null; ) {
      const path = `/broker/v1/jobs?${queryOf({ state, after })}`;
      const page = await requestJson(this.#address, path, jobPage, options);
      yield* page.jobs;
      after = page.next;
    }
  }

  /** @param graceMs how long its programs may take to end by themselves; as the broker has it unless given */
  cancel(job: string, graceMs?: number, options: CallOptions = {}): Promise<JobView> {
    return this.#post(`${pathOf(job)}/cancel`, jobView, graceMs === undefined ? {} : { graceMs }, options);
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

  /** What a task has printed until now, from a byte on, in pieces. */
  async *printed(
    job: string,
    number: number,
    stream: 'stdout' | 'stderr',
    from = 0,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, void> {
    const again = new Again(this.#limits);
    const path = `${taskPath(job, number)}/${stream}`;
    for (let at = from; ; ) {
      const headers = { Range: `bytes=${at}-${at + pieceBytes - 1}` };
      const piece = () => requestBytes(this.#address, path, { headers, signal: signal ?? null });
      const got = await again.call(piece, signal).catch((error: unknown) => {
        if (error instanceof ServiceFailure && error.status === 416) return undefined; // nothing more
        throw error;
      });
      if (got === undefined || got.bytes.length === 0) return;
      yield got.status === 206 ? got.bytes : got.bytes.subarray(at);
      if (got.status !== 206) return;
      at += got.bytes.length;
    }
  }

  /**
   * What happens to jobs, or to one, each event once and in order, as it comes, for as long as the caller goes on. Where
   * the broker is away for a while, it goes on after the last that was handed over.
   *
   * @param after the cursor after which it begins; from the beginning of what is kept unless given
   * @param ends whether it ends where nothing more has happened yet
   */
  async *events(
    options: { job?: string; after?: number; ends?: boolean } & CallOptions = {},
  ): AsyncGenerator<JobEvent, void, void> {
    const { job, after = 0, ends = false, signal } = options;
    const again = new Again(this.#limits);
    for (let cursor = after; !signal?.aborted; ) {
      const path = `/broker/v1/events?${queryOf({ job, after: cursor, wait: ends ? 0 : waitSeconds })}`;
      const page = await again.call(() => requestJson(this.#address, path, eventPage, { signal }), signal);
      yield* page.events;
      if (ends && page.events.length === 0) return;
      cursor = page.cursor;
    }
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

function queryOf(said: Record<string, string | number | null | undefined>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(said)) if (value != null) query.set(name, `${value}`);
  return query;
}
