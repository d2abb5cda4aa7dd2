import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { bareEnd, type EndMark, runEndOf } from '../batch/end-mark.ts';
import { orderFile } from '../batch/order-file.ts';
import { QueueWatch } from '../batch/queue-watch.ts';
import { ownName, requestOf } from '../batch/request.ts';
import { outputOf, type RunCommand } from '../batch/run-command.ts';
import { keyOf, type Run, Runs } from '../batch/runs.ts';
import { Shelf } from '../batch/shelf.ts';
import { Submissions } from '../batch/submissions.ts';
import type { BatchSystem, QueueOptions, Slots } from '../batch/system.ts';
import type { Machine, Moment } from '../machine.ts';
import {
  type AttemptKey,
  type BackEnd,
  type BootMoment,
  type EndListener,
  type Launched,
  type Place,
  type Powers,
  placeIn,
  placesIn,
  type RunOrder,
  type RunRef,
  type RunState,
  wordOf,
} from './back-end.ts';

export interface BatchOptions {
  readonly system: BatchSystem;
  /** Where all of it lies, on a file system that the machines of the cluster share. */
  readonly folder: string;
  readonly run: RunCommand;
  readonly queue: QueueOptions;
  readonly runner: string;
  /** Tasks (a count) that wait in its queue or run at once. */
  readonly mostQueued: number;
  /** How long, in milliseconds, a task may wait there before it is withdrawn. */
  readonly patienceMs: number;
  /** By how much, in milliseconds, the clock of a machine of the cluster may be behind. */
  readonly skewMs: number;
  /** How often it is looked for ends, and how often the queue is listed, in milliseconds. */
  readonly endsMs: number;
  readonly queueMs: number;
  /** How long, in milliseconds, an end may take to be seen after its job has left the queue. */
  readonly vanishedMs: number;
  /** This machine, which is of the same kind as those of the cluster, and how it is. */
  readonly machine: Machine;
  readonly moment: () => Promise<Moment>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long after its grace a program that was cancelled is left to the runner, in milliseconds. */
const runnerMs = 10_000;

/** Runs programs as jobs of a batch system. Rejects where that does not tell what it has. */
export async function openBatchBackEnd(options: BatchOptions): Promise<BackEnd> {
  const { system, run, queue } = options;
  return new BatchBackEnd(options, system.slotsIn(await outputOf(run, system.slots(queue))));
}

class BatchBackEnd implements BackEnd {
  readonly #options: BatchOptions;
  readonly #slots: Slots;
  readonly #folder: string;
  readonly #shelf: Shelf;
  readonly #runs = new Runs();
  readonly #submissions: Submissions;
  readonly #watch: QueueWatch;
  #listener: EndListener = () => {};
  #listedAtMs = 0;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;
  #cancelLook = () => {};

  constructor(options: BatchOptions, slots: Slots) {
    this.#options = options;
    this.#slots = slots;
    this.#folder = join(options.folder, 'tasks');
    this.#shelf = new Shelf(join(options.folder, 'batch'));
    // Several agents of one user, each in a folder of its own, leave each other's jobs alone.
    const own = createHash('sha256').update(options.folder).digest().readUInt32BE().toString(36);
    const prefix = `ogm${own.padStart(4, '0').slice(-4)}`;
    const shared = { ...options, shelf: this.#shelf, prefix };
    this.#submissions = new Submissions(shared);
    this.#watch = new QueueWatch({
      ...shared,
      runs: this.#runs,
      user: ownName(),
      submissions: () => this.#submissions.count,
      settle: (one, end) => this.#settle(one, end),
    });
  }

  get powers(): Powers {
    return {
      limits: ['outputBytes', 'memoryBytes', 'processes'],
      arrays: this.#options.system.mostInArray > 1,
      containers: false,
      gracefulCancel: true,
      reserve: false,
      outlivesAgent: true,
      isolates: false,
      queues: { mostTasks: this.#options.mostQueued, patienceMs: this.#options.patienceMs },
    };
  }

  /** Finds all that an agent before this one has left. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#shelf.open(this.#options.clock.now());
    for (const kind of ['orders', 'claims', 'ends'] as const)
      for (const word of await this.#shelf.names(kind)) {
        const key = keyOf(word);
        if (key !== undefined) this.#runs.add(key);
      }
    for (const { list, words, job } of await this.#shelf.submitted()) await this.#found(list, words, job);
    for (const run of this.#runs.open) await this.#settleFromShelf(run);
    for (const run of this.#runs.open) await this.#findClaim(run);
    this.#lookLater();
  }

  async #found(list: string, words: readonly string[], job: string | undefined): Promise<void> {
    let isWanted = false;
    for (const [at, word] of words.entries()) {
      const key = keyOf(word);
      const run = key && this.#runs.get(key);
      if (run === undefined) continue;
      isWanted = true;
      const before = this.#runs.put(run, list, at + 1);
      if (before !== undefined) await this.#shelf.forgetList(before);
      if (job !== undefined) run.job = { job, index: words.length === 1 ? null : at + 1 };
    }
    if (!isWanted) await this.#shelf.forgetList(list);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    await this.#looking;
    await this.#watch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Moments are of the wall clock, which all machines of a cluster have, and which outlasts a boot. */
  now(): BootMoment {
    return { boot: 'wall clock', atMs: this.#options.clock.now() };
  }

  place(key: AttemptKey): Place {
    return placeIn(this.#folder, key);
  }

  async launch(order: RunOrder): Promise<Launched> {
    const { system, skewMs, clock } = this.#options;
    const run = this.#runs.add({ task: order.task, attempt: order.attempt });
    run.latestStartMs = order.latestStartMs;
    if (run.end !== undefined || run.job !== undefined) return launchedOf(run);
    if (clock.now() > order.latestStartMs - skewMs) {
      if (await this.#shelf.seal(run.word)) await this.#settle(run, bareEnd('too-late'));
      else await this.#findClaim(run);
      return launchedOf(run);
    }
    // Its submission was begun before, and nobody heard the answer.
    if (run.list !== undefined) await this.#watch.find();
    if (run.job !== undefined) return launchedOf(run);
    const place = this.place(order);
    for (const each of [place.work, place.temporary]) await mkdir(each, { recursive: true, mode: 0o700 });
    await this.#shelf.putOrder(run.word, orderFile(order, place, skewMs));
    const taken = await this.#submissions.submit(run.word, requestOf(order), (list, line) => {
      const before = this.#runs.put(run, list, line);
      run.submission = this.#submissions.count + 1;
      if (before !== undefined) void this.#shelf.forgetList(before).catch(() => {});
    });
    if ('refused' in taken) {
      this.#runs.put(run, undefined, 0);
      if (await this.#shelf.seal(run.word))
        await this.#settle(run, bareEnd('refused', `${system.name} does not take its job: ${taken.refused}`));
      else await this.#findClaim(run);
    } else run.job = taken;
    return launchedOf(run);
  }

  async states(runs: readonly RunRef[]): Promise<readonly RunState[]> {
    return runs.map((ref) => stateOf(this.#runs.get(ref)));
  }

  async cancel(ref: RunRef, graceMs: number): Promise<void> {
    const { system, clock, run: command } = this.#options;
    const run = this.#runs.get(ref);
    if (run === undefined || run.end !== undefined) return;
    await this.#shelf.putCancel(run.word, graceMs);
    if (await this.#shelf.seal(run.word)) {
      if (run.job !== undefined) this.#watch.withdraw(run.job);
      return this.#settle(run, bareEnd('cancelled'));
    }
    const killAtMs = clock.now() + graceMs + runnerMs;
    run.killAtMs = Math.min(run.killAtMs ?? killAtMs, killAtMs);
    // The runner looks by itself before long; where it can be told, it looks now.
    const nudge = run.job && system.nudge(run.job);
    if (nudge !== undefined) await command(nudge).catch(() => {});
  }

  async forget(refs: readonly RunRef[]): Promise<void> {
    for (const ref of refs) {
      const run = this.#runs.get(ref);
      if (run === undefined) continue;
      if (run.end === undefined) throw new Error(`${run.word} has not ended`);
      await this.#shelf.forget(run.word);
      const list = this.#runs.remove(run);
      if (list !== undefined) await this.#shelf.forgetList(list);
    }
  }

  async known(): Promise<readonly AttemptKey[]> {
    const all = [...this.#runs.keys, ...(await placesIn(this.#folder))];
    return [...new Map(all.map((key) => [wordOf(key), key])).values()];
  }

  listen(listener: EndListener): void {
    this.#listener = listener;
  }

  capacity(): Machine {
    const { machine } = this.#options;
    const { total, memoryBytes } = this.#slots;
    return { ...machine, cpus: total, memoryBytes: memoryBytes ?? machine.memoryBytes };
  }

  async load(): Promise<Moment> {
    const { system, run, queue, moment } = this.#options;
    const { total, free } = system.slotsIn(await outputOf(run, system.slots(queue)));
    return { ...(await moment()), load: Number(((total - free) / total).toFixed(2)) };
  }

  #lookLater(): void {
    const { clock, endsMs, system, log } = this.#options;
    if (this.#stopped) return;
    this.#cancelLook = clock.after(endsMs, () => {
      this.#looking = this.#look()
        .catch((error: unknown) => log.warn(`it cannot be seen how jobs of ${system.name} are`, { error }))
        .finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const { clock, queueMs } = this.#options;
    if (!this.#watch.isNeeded) return;
    const ended = new Set(await this.#shelf.names('ends'));
    for (const run of this.#runs.open) if (ended.has(run.word)) await this.#settleFromShelf(run);
    const sinceMs = clock.now() - this.#listedAtMs;
    if (sinceMs >= 0 && sinceMs < queueMs) return;
    this.#listedAtMs = clock.now();
    await this.#watch.look();
  }

  /** Learns from its claim which job runs an attempt, where nothing else says so. */
  async #findClaim(run: Run): Promise<void> {
    if (run.job === undefined) run.job = (await this.#shelf.claim(run.word))?.job ?? undefined;
  }

  async #settleFromShelf(run: Run): Promise<void> {
    const end = await this.#shelf.end(run.word);
    if (end !== undefined) await this.#settle(run, end);
  }

  /** Says how an attempt ended, unless that was said before. */
  async #settle(run: Run, end: EndMark): Promise<void> {
    const said = await this.#shelf.putEnd(run.word, end);
    if (run.end !== undefined) return;
    const is = runEndOf(said, this.#options.system.name);
    this.#runs.ended(run, is);
    this.#listener(run.key, is);
  }
}

function stateOf(run: Run | undefined): RunState {
  if (run === undefined) return { state: 'absent' };
  return run.end ?? { state: 'running' };
}

function launchedOf(run: Run): Launched {
  const { job, index } = run.job ?? { job: 'none', index: null };
  return { handle: index === null ? job : `${job}:${index}`, run: stateOf(run) };
}
