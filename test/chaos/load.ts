import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobsClient, isOver, JobsClient } from '../../client/index.ts';
import type { JobEvent, JobView, TaskView } from '../../protocol/jobs/job.ts';
import { type Insist, Payer } from './payer.ts';
import type { JobKind, PlannedJob } from './plan.ts';
import { application, cpusEach, inputName, outputName } from './program.ts';

/** A job that the broker has acknowledged. */
export interface Acknowledged {
  readonly id: string;
  readonly plan: PlannedJob;
}

/** All that the broker says of a job in the end. */
export interface Outcome extends Acknowledged {
  readonly view: JobView;
  readonly tasks: readonly TaskView[];
  /** What the tasks that are done have printed, by their numbers. */
  readonly printed: ReadonlyMap<number, string>;
}

/** How long one call may take, in milliseconds, before it is made again: the broker may be stopped. */
const callMs = 8_000;

/** How often it is looked whether a job is over, in milliseconds, and how often whether agreements are. */
const lookMs = 500;
const mostLooks = 120;

/** How long until what failed is tried again, in milliseconds. */
const againMs = 100;

/** How long tasks of jobs that are to be cancelled go on by themselves, and how long after its acknowledgement that is done, in milliseconds. */
const uncancelledMs = 60_000;
const cancelAfterMs = 1_500;

/** How long a task may run that runs too long, and one that does not, as its Ask says it. */
const walltimes: Readonly<Partial<Record<JobKind, string>>> = { overlong: '1 s', leased: '1 min' };

/** Calls (a count) that are under way at once when all is asked for. */
const atOnce = 8;

/** The user: submits jobs, and asks what became of them, again and again until there is an answer. */
export class Load {
  readonly #url: string;
  readonly #input: string;
  readonly #signal: AbortSignal;
  readonly acknowledged: Acknowledged[] = [];
  /** What was told while it happened. */
  readonly followed: JobEvent[] = [];
  readonly #payer: Payer | undefined;
  /** Agreements that end once their jobs have. */
  readonly #completing: Promise<void>[] = [];

  /**
   * @param signal ends all that goes on
   * @param pays whether some jobs run under agreements that cost something
   */
  constructor(url: string, folder: string, signal: AbortSignal, pays = false) {
    this.#url = url;
    this.#signal = signal;
    this.#payer = pays ? new Payer(url, (call) => this.#insist(call)) : undefined;
    this.#input = join(folder, inputName);
    writeFileSync(this.#input, inputText);
  }

  /** Sends a job until it is acknowledged, and cancels it afterwards where that is the plan. */
  async submit(plan: PlannedJob): Promise<void> {
    const { kind } = plan;
    const agreement = plan.isPaid ? await this.#payer?.agree(plan, walltimes[kind]) : undefined;
    const { id } = await this.#keep(plan, agreement);
    this.acknowledged.push({ id, plan });
    if (agreement !== undefined) this.#completing.push(this.#completed(id, agreement));
    if (kind !== 'cancelled') return;
    await sleep(cancelAfterMs, undefined, { signal: this.#signal });
    await this.#insist((signal) => this.#jobs.cancel(id, undefined, { signal }));
  }

  /** Sends a job until it is acknowledged; without its agreement where that is over meanwhile. */
  async #keep(plan: PlannedJob, agreement: string | undefined): Promise<JobView> {
    const { request, kind, sleepsMs } = plan;
    const isShort = kind !== 'cancelled' && kind !== 'overlong';
    try {
      return await this.#insist(async (signal) => {
        const blobs = new BlobsClient(this.#address, { awayMs: 0 });
        const inputs =
          kind === 'files' ? [{ path: inputName, ...(await blobOf(blobs, this.#input, signal)) }] : [];
        return this.#jobs.submit(
          {
            request,
            application,
            arguments: ['{1}', '{task}'],
            ask: askOf(walltimes[kind]),
            ...(agreement === undefined ? {} : { agreement }),
            inputs,
            ...(kind === 'files' ? { outputs: [outputName] } : {}),
            tasks: sleepsMs.map((ms) => [`${(isShort ? ms : uncancelledMs) / 1000}`]),
            repeatable: kind === 'repeatable',
          },
          { signal },
        );
      });
    } catch (error) {
      const isOver = error instanceof Error && 'code' in error && error.code === 'agreement-over';
      if (agreement === undefined || !isOver) throw error;
      return this.#keep(plan, undefined);
    }
  }

  /** Has the user's money there. */
  async fund(): Promise<void> {
    await this.#payer?.fund();
  }

  /** How many jobs were submitted under agreements. */
  get paid(): number {
    return this.#completing.length;
  }

  /** Waits until all agreements are over; returns those that are not for too long. */
  async ended(): Promise<readonly string[]> {
    if (this.#payer === undefined) return [];
    await Promise.all(this.#completing);
    for (let looks = 0; ; looks += 1) {
      const open = await this.#payer.unended();
      if (open.length === 0 || looks > mostLooks) return open;
      await sleep(lookMs, undefined, { signal: this.#signal });
    }
  }

  /** Ends an agreement once its job goes on by itself no more. */
  async #completed(id: string, agreement: string): Promise<void> {
    for (;;) {
      const view = await this.#insist((signal) => this.#jobs.get(id, { signal }));
      if (isSettled(view)) break;
      await sleep(lookMs, undefined, { signal: this.#signal });
    }
    await this.#payer?.complete(agreement);
  }

  /** Follows what happens until the signal. */
  async follow(): Promise<void> {
    const { signal } = { signal: this.#signal };
    while (!signal.aborted) {
      const after = this.followed.at(-1)?.cursor ?? 0;
      try {
        for await (const event of this.#jobs.events({ after, signal })) this.followed.push(event);
      } catch {
        await sleep(againMs, undefined, { signal }).catch(() => {}); // it is over then
      }
    }
  }

  /** All events that there are. */
  events(): Promise<JobEvent[]> {
    return this.#insist((signal) => Array.fromAsync(this.#jobs.events({ ends: true, signal })));
  }

  /** All jobs that there are. */
  jobs(): Promise<JobView[]> {
    return this.#insist((signal) => Array.fromAsync(this.#jobs.list(undefined, { signal })));
  }

  /** Has each lost task tried again; returns their attempts, as `JOB.TASK.ATTEMPT`. */
  async retry(outcomes: readonly Outcome[]): Promise<string[]> {
    const lost = outcomes.flatMap(({ id, tasks }) =>
      tasks.filter(({ state }) => state === 'lost').map(({ number, attempt }) => ({ id, number, attempt })),
    );
    for (const { id, number } of lost)
      await this.#insist(async (signal) => {
        const { state } = await this.#jobs.task(id, number, { signal });
        if (state === 'lost') await this.#jobs.retry(id, number, { signal });
      });
    return lost.map(({ id, number, attempt }) => `${id}.${number}.${attempt}`);
  }

  /** What became of all that was acknowledged. */
  async outcomes(): Promise<Outcome[]> {
    const views = new Map((await this.jobs()).map((view) => [view.id, view]));
    const outcomes: Outcome[] = [];
    for (const { id, plan } of this.acknowledged) {
      const view = views.get(id);
      if (view === undefined) throw new Error(`job ${id} was acknowledged, and is not there`);
      const tasks = await this.#insist((signal) =>
        Array.fromAsync(this.#jobs.tasks(id, undefined, { signal })),
      );
      outcomes.push({ id, plan, view, tasks, printed: await this.#printed(id, tasks) });
    }
    return outcomes;
  }

  async #printed(id: string, tasks: readonly TaskView[]): Promise<Map<number, string>> {
    const done = tasks.filter(({ state }) => state === 'done').values();
    const printed = new Map<number, string>();
    const fetchAll = async () => {
      for (const { number } of done) {
        const pieces = await this.#insist((signal) =>
          Array.fromAsync(this.#jobs.printed(id, number, 'stdout', 0, { signal })),
        );
        printed.set(number, Buffer.concat(pieces).toString());
      }
    };
    await Promise.all(Array.from({ length: atOnce }, fetchAll));
    return printed;
  }

  get #address() {
    return { url: this.#url, fetch };
  }

  get #jobs(): JobsClient {
    return new JobsClient(this.#address, { awayMs: 0 });
  }

  #insist<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return insisting(this.#signal)(call);
  }
}

/** Makes calls again and again until there is an answer, or the signal. */
export function insisting(ended: AbortSignal): Insist {
  return async (call) => {
    for (;;) {
      ended.throwIfAborted();
      try {
        return await call(AbortSignal.any([ended, AbortSignal.timeout(callMs)]));
      } catch (error) {
        if (isRefused(error)) throw error;
        await sleep(againMs, undefined, { signal: ended });
      }
    }
  };
}

/** What tasks with a file find, and what they print and leave of it. */
const inputText = Array.from({ length: 400 }, (_, line) => `a line of iron ${line}\n`).join('');
export const outputBytes = 2 * inputText.length;

/** What a task of a kind prints. */
export function printedBy(kind: JobKind, number: number): string {
  return `${kind === 'files' ? inputText : ''}did ${number}\n`;
}

/** Whether nothing happens to a job any more unless its owner says something. */
export function isSettled(view: JobView): boolean {
  const { matching = 0, held = 0, started = 0 } = view.counts;
  const onTheirWay =
    matching + held + started + (view.counts['staging-in'] ?? 0) + (view.counts['staging-out'] ?? 0);
  return isOver(view) || (view.state === 'WAITING' && onTheirWay === 0);
}

async function blobOf(blobs: BlobsClient, file: string, signal: AbortSignal): Promise<{ blob: string }> {
  const { blob } = await blobs.upload(file, { signal });
  return { blob };
}

function askOf(walltime: string | undefined): string {
  const limit = walltime === undefined ? [] : [`Walltime: ${walltime}`];
  return ['SLA-version: 1.0', 'Action: Ask', 'Id: chaos', `Cpus: ${cpusEach}`, ...limit]
    .map((line) => `${line}\n`)
    .join('');
}

/** Whether a call was answered by no, which says the same the next time. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
  );
}
