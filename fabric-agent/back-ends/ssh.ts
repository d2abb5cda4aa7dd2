import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Machine, Moment } from '../machine.ts';
import { type CarryBounds, putInputs } from '../ssh/carry.ts';
import type { FarFolder } from '../ssh/far-folder.ts';
import type { Link } from '../ssh/link.ts';
import { Results } from '../ssh/results.ts';
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

export interface SshOptions {
  /** Where the places of attempts are on this machine. */
  readonly folder: string;
  readonly link: Link;
  /** Where all lies that is on the other host. */
  readonly far: FarFolder;
  /** What runs programs there; its places are paths of that host. */
  readonly inner: BackEnd;
  /** The supervisor there, which is ended when nothing is left to do; undefined where there is none. */
  readonly supervisor: string | undefined;
  /** The search path of programs there. */
  readonly path: string;
  readonly bounds: CarryBounds;
  /** How often, in milliseconds, it is looked what programs have printed and said. */
  readonly lookMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long, in milliseconds, the other host may take when the agent ends, before what lies there is left for its next start. */
const partingMs = 10_000;

/**
 * Runs programs on another host. What runs them there has places there; this takes the files of a task there and back, so that
 * an end is told when all that the program has left is here. Moments are of the clock of this machine, and counted anew by
 * that of the other with each order: so neither a boot there nor one here makes an old grant a new one.
 */
export function createSshBackEnd(options: SshOptions): BackEnd {
  return new SshBackEnd(options);
}

class SshBackEnd implements BackEnd {
  readonly #options: SshOptions;
  readonly #folder: string;
  readonly #results: Results;
  readonly #launching = new Map<string, Promise<unknown>>();
  #isStopped = false;
  #load: Moment;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#folder = join(options.folder, 'tasks');
    const { inner } = options;
    this.#results = new Results({
      ...options,
      here: (key) => this.place(key),
      there: (key) => inner.place(key),
    });
    this.#load = { load: 0, diskBytes: undefined, at: options.clock.now() };
  }

  get powers(): Powers {
    return this.#options.inner.powers;
  }

  get reservations(): BackEnd['reservations'] {
    return this.#options.inner.reservations;
  }

  async start(): Promise<void> {
    const { inner } = this.#options;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    inner.listen((key, end) => this.#results.hear(key, end));
    try {
      await inner.start();
    } catch (error) {
      await this.#options.link.close();
      throw error;
    }
    this.#results.start();
  }

  /** Where nothing of any task is left there, all else that lies there goes too. */
  async stop(): Promise<void> {
    const { inner, link, log, clock } = this.#options;
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#results.stop();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(partingMs, resolve);
    await Promise.race([
      promise,
      this.#part().catch((error: unknown) =>
        log.warn('what lies on the other host stays there until the agent starts again', { error }),
      ),
    ]);
    cancel();
    await inner.stop();
    await link.close();
  }

  async #part(): Promise<void> {
    const { inner, far, supervisor } = this.#options;
    // What is being started yet would be among what is known no more.
    await Promise.allSettled(this.#launching.values());
    const known = await inner.known();
    await inner.stop();
    if (known.length === 0) await far.clear(supervisor);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  now(): BootMoment {
    return { boot: 'wall clock', atMs: this.#options.clock.now() };
  }

  place(key: AttemptKey): Place {
    return placeIn(this.#folder, key);
  }

  async launch(order: RunOrder): Promise<Launched> {
    if (this.#isStopped) throw new Error('the agent stops');
    const word = wordOf(order);
    // One after the other: what runs must not have its files put there again.
    const before = this.#launching.get(word);
    const launched = Promise.resolve(before)
      .catch(() => {})
      .then(() => this.#launch(order));
    this.#launching.set(word, launched);
    try {
      return await launched;
    } finally {
      if (this.#launching.get(word) === launched) this.#launching.delete(word);
    }
  }

  async #launch(order: RunOrder): Promise<Launched> {
    const { inner, clock } = this.#options;
    const key = { task: order.task, attempt: order.attempt };
    const [known] = await inner.states([{ ...key, handle: null }]);
    // What comes too late is only to hear so.
    if (known?.state === 'absent' && clock.now() <= order.latestStartMs) await this.#put(key);
    const { handle, run } = await inner.launch(this.#there(order));
    return { handle, run: await this.#results.settled(key, run) };
  }

  async #put(key: AttemptKey): Promise<void> {
    const { link, far, inner, bounds } = this.#options;
    const here = this.place(key);
    const there = inner.place(key);
    const { sftp } = await link.up();
    // It is put there whole, or not at all.
    if (!(await hasAny(here.work)) || (await sftp.look(there.work)) !== undefined) return;
    await sftp.makeFolder(there.folder);
    await sftp.makeFolder(there.temporary);
    await putInputs(sftp, here.work, far.aside(), there.work, bounds.depth);
  }

  /** What is said of the place here is said of the one there. */
  #there(order: RunOrder): RunOrder {
    const { inner, clock, path } = this.#options;
    const here = this.place(order);
    const there = inner.place(order);
    const paths = new Map([
      [here.work, there.work],
      [here.temporary, there.temporary],
    ]);
    const environment = Object.entries(order.environment).map(
      ([name, value]) => [name, name === 'PATH' ? path : (paths.get(value) ?? value)] as const,
    );
    const moment = (ms: number) => (Number.isFinite(ms) ? inner.now().atMs + ms - clock.now() : ms);
    return {
      ...order,
      environment: Object.fromEntries(environment),
      latestStartMs: moment(order.latestStartMs),
      endMs: moment(order.endMs),
      leaseEndMs: moment(order.leaseEndMs),
    };
  }

  async states(runs: readonly RunRef[]): Promise<readonly RunState[]> {
    const states = await this.#options.inner.states(runs);
    return Promise.all(runs.map((run, at) => this.#results.settled(run, states[at] ?? { state: 'absent' })));
  }

  async cancel(run: RunRef, graceMs: number): Promise<void> {
    await this.#options.inner.cancel(run, graceMs);
  }

  async forget(runs: readonly RunRef[]): Promise<void> {
    const { inner, far, link } = this.#options;
    await this.#results.close(runs);
    await inner.forget(runs);
    const { sftp } = await link.up();
    const folders = runs.map((run) => inner.place(run).folder);
    const found = await Promise.all(folders.map((folder) => sftp.look(folder)));
    await far.remove(folders.filter((_, at) => found[at] !== undefined));
    this.#results.forget(runs);
  }

  async known(): Promise<readonly AttemptKey[]> {
    const all = [...(await this.#options.inner.known()), ...(await placesIn(this.#folder))];
    return [
      ...new Map(all.map(({ task, attempt }) => [wordOf({ task, attempt }), { task, attempt }])).values(),
    ];
  }

  listen(listener: EndListener): void {
    this.#results.listen(listener);
  }

  capacity(): Machine {
    return this.#options.inner.capacity();
  }

  /** Of the other host; while that is not reached, as it was last. */
  async load(): Promise<Moment> {
    try {
      this.#load = await this.#options.inner.load();
    } catch (error) {
      this.#options.log.debug('the other host does not say how it is', { error });
    }
    return this.#load;
  }
}

async function hasAny(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length > 0,
    () => false,
  );
}
