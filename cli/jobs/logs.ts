import { once } from 'node:events';
import { isOver, type JobsClient } from '../../client/index.ts';
import type { PrintedStream } from '../../protocol/agent/messages.ts';
import type { JobEvent, JobView } from '../../protocol/jobs/job.ts';
import type { jobStates } from '../../protocol/jobs/states.ts';
import { TaskLines } from './task-lines.ts';

/** Tasks (a count) whose output is followed at once; that of others comes once one of these has ended. */
const mostFollowed = 16;

export interface LogsWanted {
  readonly job: string;
  /** The only task that is wanted. */
  readonly task: number | undefined;
  readonly stream: PrintedStream;
  /** Whether to go on with what is printed until the job, or the task, has ended. */
  readonly follow: boolean;
}

export interface LogsPlace {
  readonly stdout: NodeJS.WritableStream;
  /** Tells what is no output. */
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Prints what tasks of a job have printed; where it is followed, what they print until all has ended. */
export async function printLogs(jobs: JobsClient, wanted: LogsWanted, place: LogsPlace): Promise<void> {
  const { job: id, task, follow } = wanted;
  const failed = new AbortController();
  const signal = AbortSignal.any([place.signal, failed.signal]);
  const job = await jobs.get(id, { signal });
  const logs = new Logs(
    jobs,
    { ...wanted, follow },
    { ...place, signal },
    job.tasks > 1 && task === undefined,
  );
  const underWay = new Set<Promise<void>>();
  const begin = async (number: number, attempt: number) => {
    while (underWay.size >= (follow ? mostFollowed : 1)) await Promise.race(underWay);
    signal.throwIfAborted();
    const printing = logs.print(number, attempt).catch((error: unknown) => failed.abort(error));
    underWay.add(printing);
    void printing.then(() => underWay.delete(printing));
  };
  try {
    for await (const [number, attempt] of attempts(jobs, job, wanted, signal)) await begin(number, attempt);
    await Promise.all(underWay);
  } catch (error) {
    failed.abort(error);
    await Promise.all(underWay);
    throw failed.signal.reason;
  }
  failed.signal.throwIfAborted();
}

/** The attempts that print, each once: those that there are, then those that begin until all is over. */
async function* attempts(
  jobs: JobsClient,
  job: JobView,
  { task, follow }: LogsWanted,
  signal: AbortSignal,
): AsyncGenerator<readonly [number: number, attempt: number], void, void> {
  const latest = new Map<number, number>();
  const isNew = (number: number, attempt: number) => {
    if (attempt <= (latest.get(number) ?? 0)) return false;
    latest.set(number, attempt);
    return true;
  };
  if (task !== undefined) {
    const { attempt, state } = await jobs.task(job.id, task, { signal });
    if (isNew(task, attempt)) yield [task, attempt];
    if (over.has(state)) return;
  } else
    for await (const { number, attempt } of jobs.tasks(job.id, undefined, { signal }))
      if (isNew(number, attempt)) yield [number, attempt];
  if (!follow || isOver(job)) return;
  for await (const event of jobs.events({ job: job.id, after: job.cursor, signal })) {
    if (isEnd(event, task)) return;
    const { task: number, attempt, state } = event;
    if (number === null || attempt === null || state !== 'started') continue;
    if ((task === undefined || task === number) && isNew(number, attempt)) yield [number, attempt];
  }
  signal.throwIfAborted();
}

const over: ReadonlySet<string | null> = new Set(['done', 'failed', 'cancelled']);
const jobEnds: ReadonlySet<string | null> = new Set([
  'FINISHED',
  'FAILED',
  'CANCELLED',
] satisfies (typeof jobStates)[number][]);

/** Whether nothing of what is wanted is printed after this, beside what is followed already. */
function isEnd({ task, kind, state }: JobEvent, wanted: number | undefined): boolean {
  if (kind !== 'state') return false;
  return task === null ? jobEnds.has(state) : task === wanted && over.has(state);
}

class Logs {
  readonly #jobs: JobsClient;
  readonly #wanted: LogsWanted;
  readonly #place: LogsPlace;
  readonly #isOfSeveral: boolean;

  constructor(jobs: JobsClient, wanted: LogsWanted, place: LogsPlace, isOfSeveral: boolean) {
    this.#jobs = jobs;
    this.#wanted = wanted;
    this.#place = place;
    this.#isOfSeveral = isOfSeveral;
  }

  /** Prints what one attempt prints: as it comes, or where there are several tasks in lines that say of which. */
  async print(number: number, attempt: number): Promise<void> {
    const { job, stream, follow } = this.#wanted;
    const { signal, note } = this.#place;
    if (attempt > 1) note(`task ${number} is in attempt ${attempt}, and what it prints begins anew`);
    const lines = new TaskLines((line) => this.#write(labelled(number, line)));
    const pieces = this.#jobs[stream](job, number, { follow, attempt, signal });
    for await (const { bytes } of pieces)
      if (this.#isOfSeveral) await lines.add(bytes);
      else await this.#write(bytes);
    await lines.end();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { stdout, signal } = this.#place;
    if (!stdout.write(bytes)) await once(stdout, 'drain', { signal });
  }
}

/** A line with the number of the task before it; one that has no end of its own gets one. */
function labelled(number: number, line: Buffer): Buffer {
  const end = line.at(-1) === 0x0a ? '' : '\n';
  return Buffer.concat([Buffer.from(`${number}| `), line, Buffer.from(end)]);
}
