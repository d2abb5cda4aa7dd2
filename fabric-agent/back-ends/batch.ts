import { join } from 'node:path';
import type { QueueReason } from '../../protocol/agent/standing.ts';
import { bareEnd, type EndMark, runEndOf } from '../batch/end-mark.ts';
import { Looking } from '../batch/looking.ts';
import { type BatchOptions, prefixOf } from '../batch/options.ts';
import { orderFile } from '../batch/order-file.ts';
import { QueueReasons } from '../batch/queue-reasons.ts';
import { claimingJob, QueueWatch } from '../batch/queue-watch.ts';
import { ownName, requestOf } from '../batch/request.ts';
import { type BatchReservations, openReservations } from '../batch/reservations.ts';
import { outputOf } from '../batch/run-command.ts';
import { keyOf, launchedOf, type Run, Runs, stateOf } from '../batch/runs.ts';
import { Shelf } from '../batch/shelf.ts';
import { filesHere, type ShelfFiles } from '../batch/shelf-files.ts';
import { Submissions } from '../batch/submissions.ts';
import type { Slots } from '../batch/system.ts';
import { placed, refusedEnd } from '../batch/within.ts';
import type { Machine, Moment } from '../machine.ts';
import {
  type AttemptKey,
  type BackEnd,
  type BootMoment,
  type EndListener,
  keysIn,
  type Launched,
  type Place,
  type Powers,
  placeIn,
  type RunOrder,
  type RunRef,
  type RunState,
  wordOf,
} from './back-end.ts';

/** How long after its grace a program that was cancelled is left to the runner, in milliseconds. */
const runnerMs = 10_000;
/** How long, in milliseconds, an end waits for others that come right behind it. */
const gatherEndsMs = 50;

/** Runs programs as jobs of a batch system. Rejects where that does not tell what it has. */
export async function openBatchBackEnd(options: BatchOptions): Promise<BackEnd> {
  const { system, run, queue } = options;
  const slots = system.slotsIn(await outputOf(run, system.slots(queue)));
  const own = { ...options, prefix: prefixOf(options.folder), user: options.user ?? ownName() };
  return new BatchBackEnd(own, slots, options.reserves ? await openReservations(own) : undefined);
}

interface OwnOptions extends BatchOptions {
  /** What the names of all jobs begin with, and whose they are. */
  readonly prefix: string;
  readonly user: string;
}

class BatchBackEnd implements BackEnd {
  readonly reservations: BatchReservations | undefined;
  readonly #options: OwnOptions;
  readonly #slots: Slots;
  readonly #folder: string;
  readonly #shelf: Shelf;
  readonly #runs = new Runs();
  readonly #submissions: Submissions;
  readonly #watch: QueueWatch;
  readonly #files: ShelfFiles;
  readonly #reasons: QueueReasons;
  #listener: EndListener = () => {};
  #looks: readonly { stop(): Promise<void> }[] = [];

  constructor(options: OwnOptions, slots: Slots, reservations: BatchReservations | undefined) {
    this.reservations = reservations;
    this.#options = options;
    this.#slots = slots;
    this.#folder = join(options.folder, 'tasks');
    this.#files = options.files ?? filesHere;
    this.#reasons = new QueueReasons(options);
    this.#shelf = new Shelf(join(options.folder, 'batch'), this.#files);
    const shared = { ...options, shelf: this.#shelf };
    this.#submissions = new Submissions(shared);
    this.#watch = new QueueWatch({
      ...shared,
      runs: this.#runs,
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
      reserve: this.reservations !== undefined,
      outlivesAgent: true,
      isolates: false,
      queues: { mostTasks: this.#options.mostQueued, patienceMs: this.#options.patienceMs },
    };
  }

  /** Finds all that an agent before this one has left. */
  async start(): Promise<void> {
    await this.#files.makeFolder(this.#folder);
    await this.#shelf.open(this.#options.clock.now());
    for (const kind of ['orders', 'claims', 'ends'] as const)
      for (const word of await this.#shelf.names(kind)) {
        const key = keyOf(word);
        if (key !== undefined) this.#runs.add(key);
      }
    for (const { list, words, job } of await this.#shelf.submitted()) await this.#found(list, words, job);
    for (const run of this.#runs.open) await this.#settleFromShelf(run);
    for (const run of this.#runs.open) await this.#findClaim(run);
    this.#lookAgainAndAgain();
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
      const name = this.#options.prefix + list;
      if (job !== undefined) run.job = { job, index: words.length === 1 ? null : at + 1, name };
    }
    if (!isWanted) await this.#shelf.forgetList(list);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#looks.map((look) => look.stop()));
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
    const within = await placed(order, this.reservations, () => clock.now());
    if ('end' in within) {
      await this.#refuse(run, within.end);
      return launchedOf(run);
    }
    const place = this.place(order);
    for (const each of [place.work, place.temporary]) await this.#files.makeFolder(each);
    await this.#shelf.putOrder(run.word, orderFile(within.order, place, skewMs));
    const request = requestOf(within.order, within.handle);
    const taken = await this.#submissions.submit(run.word, request, (list, line) => {
      const before = this.#runs.put(run, list, line);
      run.submission = this.#submissions.count + 1;
      if (before !== undefined) void this.#shelf.forgetList(before).catch(() => {});
    });
    if ('refused' in taken) {
      this.#runs.put(run, undefined, 0);
      const why = `${system.name} does not take its job: ${taken.refused}`;
      await this.#refuse(run, await refusedEnd(within, this.reservations, why));
    } else run.job = taken;
    return launchedOf(run);
  }

  /** Nothing begins it here, unless a job has. */
  async #refuse(run: Run, end: EndMark): Promise<void> {
    if (await this.#shelf.seal(run.word)) await this.#settle(run, end);
    else await this.#findClaim(run);
  }

  async waitsFor(ref: RunRef): Promise<QueueReason | undefined> {
    return this.#reasons.of(this.#runs.get(ref));
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
      // Whoever looks at the queue before that is said finds its job there still, and says nothing else of it.
      await this.#settle(run, bareEnd('cancelled'));
      if (run.job !== undefined) this.#watch.withdraw(run.job);
      return;
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
      run.isForgotten = true;
      await this.#shelf.forget(run.word);
      const list = this.#runs.remove(run);
      if (list !== undefined) await this.#shelf.forgetList(list);
    }
  }

  async known(): Promise<readonly AttemptKey[]> {
    const all = [...this.#runs.keys, ...keysIn(await this.#files.names(this.#folder))];
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

  /** Ends are looked for beside the queue: a system that takes its time to list that keeps no end from being seen. */
  #lookAgainAndAgain(): void {
    const { clock, endsMs, queueMs, system, log } = this.#options;
    const failed = (error: unknown) =>
      log.warn(`it cannot be seen how jobs of ${system.name} are`, { error });
    const ends = new Looking({ look: () => this.#lookForEnds(), everyMs: endsMs, failed, clock });
    const queue = new Looking({ look: () => this.#lookAtQueue(), everyMs: queueMs, failed, clock });
    const unwatch = this.#shelf.watchEnds(() => ends.soon(gatherEndsMs));
    this.#looks = [ends, queue, { stop: async () => unwatch() }];
  }

  async #lookForEnds(): Promise<void> {
    if (this.#runs.open.length === 0) return;
    const ended = new Set(await this.#shelf.names('ends'));
    for (const run of this.#runs.open) if (ended.has(run.word)) await this.#settleFromShelf(run);
  }

  async #lookAtQueue(): Promise<void> {
    if (this.#watch.isNeeded) await this.#watch.look();
  }

  /** Learns from its claim which job runs an attempt, where nothing else says so. */
  async #findClaim(run: Run): Promise<void> {
    run.job ??= claimingJob(await this.#shelf.claim(run.word), this.#options.prefix);
  }

  async #settleFromShelf(run: Run): Promise<void> {
    const end = await this.#shelf.end(run.word);
    if (end !== undefined) this.#ended(run, end);
  }

  /** Says how an attempt ended, unless that was said before. */
  async #settle(run: Run, end: EndMark): Promise<void> {
    if (run.end !== undefined) return; // it may be forgotten: what is put now would stay
    this.#ended(run, await this.#shelf.putEnd(run.word, end));
  }

  #ended(run: Run, said: EndMark): void {
    if (run.end !== undefined) return;
    const is = runEndOf(said, this.#options.system.name);
    this.#runs.ended(run, is);
    this.#listener(run.key, is);
  }
}
