import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWorld } from './batch-world.ts';
import { Booker } from './booker.ts';
import { ofBroker } from './brokers.ts';
import type { BatchName } from './hands.ts';
import { insisting, isSettled, Load } from './load.ts';
import { moneyIn } from './money.ts';
import { type Fault, type Plan, planOf } from './plan.ts';
import type { Scene } from './scene.ts';
import { type Evidence, judge } from './verdict.ts';
import { World, type WorldOptions } from './world.ts';

export interface ChaosOptions extends WorldOptions {
  readonly seed: number;
  /** How long there are faults, in seconds. */
  readonly seconds: number;
  /** How many tasks (a count) there are. */
  readonly tasks: number;
  /** The batch systems that run the tasks, each behind a node of its own; where there is none a node runs them itself. */
  readonly batch?: readonly BatchName[];
  /** Told what happens, a line each. */
  readonly say: (line: string) => void;
  /** Where what the processes have on disk is copied if something went wrong; nowhere unless set. */
  readonly keep?: string | undefined;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  /** Jobs and tasks that were acknowledged. */
  readonly jobs: number;
  readonly tasks: number;
  /** How many faults of each sort there were, such as `kill broker`. */
  readonly faults: Readonly<Record<string, number>>;
  /** Tasks by the states in which they were when the faults were over, before those that are lost were tried again. */
  readonly ends: Readonly<Record<string, number>>;
  readonly events: number;
  /** Jobs under agreements that cost something. */
  readonly paid: number;
  /** How much batch systems kept for agreements when the faults were over. */
  readonly kept: number;
  /** How many tasks ran at once, at most. */
  readonly atOnce: number;
  /** What went wrong, a sentence each. */
  readonly wrong: readonly string[];
}

/**
 * How long, in milliseconds, nothing may happen to jobs that are not over, once the faults are; and the same where their
 * tasks wait in batch systems, whose queues jobs of others may fill.
 */
const [stillMs, stillInBatchMs] = [60_000, 300_000];

/** How long, in milliseconds, the node may have something left of what is over. */
const clearMs = 30_000;

/** How often it is looked, in milliseconds. */
const lookMs = 500;

/** How often it is told how far it is, in milliseconds. */
const sayMs = 5_000;

/** Does all that is planned by a seed to brokers and their node, and says what came of it. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, seconds, tasks, canFill, batch = [], brokers, say } = options;
  const inBatch = batch.length > 0;
  const plan = planOf({ seed, ms: seconds * 1000, tasks, canFill, inBatch });
  await using world: Scene = inBatch ? await BatchWorld.open(batch, brokers) : await World.open(options);
  await using own = await temporary();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const loads = world.brokers.map(({ url, store }) => new Load(url, own.path, signal, store !== undefined));
  const bookers = inBatch ? world.brokers.map(({ url }) => new Booker(url, insisting(signal))) : [];
  const following = loads.map((load) => load.follow());
  const stopTelling = telling(say, loads);
  try {
    await Promise.all(loads.map((load) => load.fund()));
    await Promise.all([
      happen(plan, world, loads, say, signal),
      ...bookers.map((booker) => booker.book(seconds * 1000)),
    ]);
    say('the faults are over');
    const kept = (await world.kept?.()) ?? 0;
    const patienceMs = inBatch ? stillInBatchMs : stillMs;
    const late = await settled(loads, patienceMs);
    const outcomes = await Promise.all(loads.map((load) => load.outcomes()));
    const retried = await Promise.all(loads.map((load, index) => load.retry(outcomes[index]!)));
    for (const { id, tasks: all } of outcomes.flat())
      for (const { number, attempt, state, reason } of all)
        if (state === 'lost') say(`lost, and tried again: ${id}.${number}.${attempt}: ${reason}`);
    const later = retried.flat().length === 0 ? late : [...late, ...(await settled(loads, patienceMs))];
    const left = await cleared(world);
    const ending = [...loads.map((load) => load.ended()), ...bookers.map((booker) => booker.end())];
    const open = (await Promise.all(ending)).flat();
    const evidence = await evidenceOf(world, loads, retried, left);
    const money = await moneyOf(world);
    const missing = (await world.missing?.()) ?? [];
    const wrong = [
      ...[...later, ...missing, ...evidence.flatMap(judge), ...world.crowd.wrong, ...money],
      ...open.map((agreement) => `agreement ${agreement} does not come to its end`),
    ];
    if (wrong.length > 0 && options.keep !== undefined) await world.keep(options.keep);
    const ended = outcomes.flat();
    return {
      seed,
      seconds,
      jobs: ended.length,
      tasks: ended.reduce((sum, { view }) => sum + view.tasks, 0),
      faults: counted(plan.faults.map(nameOf)),
      ends: counted(ended.flatMap((outcome) => outcome.tasks.map(({ state }) => state))),
      events: evidence.reduce((sum, { events }) => sum + events.length, 0),
      atOnce: world.crowd.largest,
      paid: loads.reduce((sum, { paid }) => sum + paid, 0),
      kept,
      wrong,
    };
  } finally {
    stopTelling();
    over.abort();
    await Promise.all(following);
  }
}

/** Ends the brokers, and says what is wrong with the money in what they leave. */
async function moneyOf(world: Scene): Promise<string[]> {
  const wrong: string[] = [];
  for (const { process, store } of world.brokers) {
    if (store === undefined) continue;
    await process[Symbol.asyncDispose]();
    wrong.push(...moneyIn(store));
  }
  return wrong;
}

/** What is known in the end of each broker; processes that fell stand with the first. */
async function evidenceOf(
  world: Scene,
  loads: readonly Load[],
  retried: readonly (readonly string[])[],
  left: readonly string[],
): Promise<Evidence[]> {
  const { began, ended } = await world.runs();
  return Promise.all(
    world.brokers.map(async (broker, index): Promise<Evidence> => {
      const load = loads[index]!;
      const own = (attempts: Iterable<string>) => ofBroker(broker, attempts);
      return {
        outcomes: await load.outcomes(),
        jobs: (await load.jobs()).map(({ id }) => id),
        events: await load.events(),
        followed: load.followed,
        runs: { began: own(began), ended: own(ended) },
        hit: new Set(own(world.hit)),
        crowded: new Set(own(world.crowded)),
        retried: new Set(retried[index]),
        falls: index === 0 ? world.falls : [],
        left: own(left),
      };
    }),
  );
}

/** Has everything happen at its time; resolves once all is acknowledged, and all faults are over. */
async function happen(
  plan: Plan,
  world: Scene,
  loads: readonly Load[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const beganAt = performance.now();
  const at = async (atMs: number, act: () => Promise<void>) => {
    await sleep(Math.max(0, beganAt + atMs - performance.now()), undefined, { signal });
    await act();
  };
  await Promise.all([
    ...plan.jobs.map((job, index) => at(job.atMs, () => loads[index % loads.length]!.submit(job))),
    ...plan.faults.map((fault) =>
      at(fault.atMs, () => {
        say(`${(fault.atMs / 1000).toFixed(1)} s: ${nameOf(fault)} for ${(fault.forMs / 1000).toFixed(1)} s`);
        return world.suffer(fault);
      }),
    ),
  ]);
}

/** Waits until no job goes on by itself; says what is not over where nothing happens any more. */
async function settled(loads: readonly Load[], patienceMs: number): Promise<string[]> {
  let last = 0;
  for (let end = performance.now() + patienceMs; ; await sleep(lookMs)) {
    const jobs = await Promise.all(loads.map((load) => load.jobs()));
    const open = jobs.flat().filter((view) => !isSettled(view));
    if (open.length === 0) return [];
    const cursors = jobs.map((views) => Math.max(0, ...views.map((view) => view.cursor)));
    const moved = cursors.reduce((sum, cursor) => sum + cursor, 0);
    if (moved > last) end = performance.now() + patienceMs;
    last = moved;
    if (performance.now() > end)
      return open.map(({ id, counts }) => `job ${id} does not come to rest: ${JSON.stringify(counts)}`);
  }
}

/** Waits until the node has nothing left of what is over; returns what it has for too long. */
async function cleared(world: Scene): Promise<readonly string[]> {
  for (const end = performance.now() + clearMs; ; await sleep(lookMs)) {
    const left = await world.left();
    if (left.length === 0 || performance.now() > end) return left;
  }
}

function telling(say: (line: string) => void, loads: readonly Load[]): () => void {
  const timer = setInterval(() => {
    const acknowledged = loads.flatMap((load) => load.acknowledged);
    const followed = loads.flatMap((load) => load.followed);
    const done = followed.filter(({ task, state }) => task !== null && state === 'done').length;
    say(`${acknowledged.length} jobs acknowledged, ${done} tasks done, ${followed.length} events`);
  }, sayMs);
  return () => clearInterval(timer);
}

function nameOf(fault: Fault): string {
  return 'whom' in fault ? `${fault.does} ${fault.whom}` : fault.does;
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'ogm-chaos-user-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
