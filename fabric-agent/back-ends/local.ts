import { mkdir } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Enclosure } from '../isolation/enclosure.ts';
import type { Machine, Moment } from '../machine.ts';
import { openSupervisor, type Reach, type Supervisor } from '../supervisor/client.ts';
import { type SupervisorCommand, supervisorCommand } from '../supervisor/launch.ts';
import type { Ended, Now, TaskState } from '../supervisor/messages.ts';
import { unlessUnknown } from '../supervisor/refusal.ts';
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
import { endOf, mayBeLeft } from './local-ends.ts';

export interface LocalOptions {
  /** The folder of the supervisor and of all that runs under it. */
  readonly folder: string;
  readonly capacity: Machine;
  readonly load: () => Promise<Moment>;
  /** The supervisor to start where none serves the folder; found by itself where it is not given. */
  readonly command?: SupervisorCommand;
  /** The control group below which tasks get theirs, or `none`; found by the supervisor where it is not given. */
  readonly group?: string;
  /** How long, in milliseconds, the supervisor stays when nothing runs and nobody asks; as its client has it unless set. */
  readonly lingerMs?: number;
  /** Where the folder is on another host; on this one where it is not given. */
  readonly elsewhere?: Elsewhere;
  /** What programs run inside of; nothing where it is not given. */
  readonly enclosure?: Enclosure;
  readonly clock: Clock;
  readonly log: Log;
}

/** A host on which all of it lies: its folder, which is there already, and its supervisor. */
export interface Elsewhere {
  readonly reach: Reach;
  /** The attempts that have a place below a folder there. */
  readonly places: (folder: string) => Promise<readonly AttemptKey[]>;
}

/**
 * Runs programs on this machine, under the agent's own user unless what encloses them does otherwise, by a supervisor that
 * outlives the agent.
 */
export function createLocalBackEnd(options: LocalOptions): BackEnd {
  return new LocalBackEnd(options);
}

/** The system tells how long it has been up in steps of so many milliseconds, of which the last is not over (proc(5)). */
const uptimeStepMs = 10;

/** How often, in milliseconds, the clock of another host is looked at: two go apart by less than 100 ms meanwhile. */
const meetMs = 300_000;

class LocalBackEnd implements BackEnd {
  readonly #options: LocalOptions;
  readonly #folder: string;
  /** Settled once what encloses programs works. */
  readonly #enclosed = Promise.withResolvers<void>();
  /** Runs of which it was made sure that nothing is left. */
  readonly #gone = new Set<string>();
  #supervisor: Supervisor | undefined;
  #listener: EndListener = () => {};
  #cancelMeet = () => {};
  #now: Now | undefined;
  /** What the supervisor's clock is ahead of what this process is told by, in milliseconds, or less. */
  #aheadMs = 0;
  #moment: BootMoment | undefined;
  /** When the machine was booted, in milliseconds since 1970. */
  #bootedAt = 0;

  constructor(options: LocalOptions) {
    this.#options = options;
    this.#folder = join(options.folder, 'tasks');
  }

  get powers(): Powers {
    const limits = this.#now?.limits ?? [];
    return {
      limits: (['outputBytes', 'memoryBytes', 'processes'] as const).filter((name) =>
        limits.some((limit) => name.startsWith(limit)),
      ),
      arrays: false,
      containers: false,
      gracefulCancel: true,
      reserve: false,
      outlivesAgent: true,
      isolates: false,
      queues: null,
      ...this.#options.enclosure?.powers,
    };
  }

  async start(): Promise<void> {
    const { folder, group, lingerMs, enclosure, elsewhere, log } = this.#options;
    const command = elsewhere === undefined ? await this.#command() : [];
    this.#supervisor = await openSupervisor({
      dir: folder,
      command,
      ...(elsewhere === undefined ? {} : { reach: elsewhere.reach, met: () => this.#meetAgain() }),
      ...(group === undefined ? {} : { group }),
      ...(lingerMs === undefined ? {} : { lingerMs }),
      log,
      exited: (ended) => this.#hear(ended),
    });
    const now = await this.#supervisor.now();
    try {
      if (enclosure !== undefined) await this.#enclose(enclosure, command, now);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#tell(now);
  }

  /** Makes the folder on this machine, and finds what is to be started there. */
  async #command(): Promise<SupervisorCommand> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return this.#options.command ?? (await supervisorCommand(this.#options.folder));
  }

  /** `now` was told before this moment, so what is made of it is never ahead. */
  #tell(now: Now): void {
    this.#now = now;
    this.#aheadMs = now.bootMs - uptimeMs() - uptimeStepMs;
    this.#bootedAt = this.#options.clock.now() - now.bootMs;
  }

  /** Another host may have been booted since it was met, and its clock goes another way. */
  #meetAgain(): void {
    this.#cancelMeet();
    this.#cancelMeet = this.#options.clock.after(meetMs, () => this.#meetAgain());
    this.#supervisor?.now().then(
      (now) => this.#tell(now),
      () => {}, // closed meanwhile
    );
  }

  async stop(): Promise<void> {
    this.#cancelMeet();
    await this.#supervisor?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Read once a turn of the event loop: the system opens a file for it. An older moment is none that is ahead. */
  now(): BootMoment {
    if (this.#moment !== undefined) return this.#moment;
    const boot = this.#now?.bootId ?? '';
    this.#moment = { boot, atMs: Math.max(0, Math.floor(uptimeMs() + this.#aheadMs)) };
    setImmediate(() => {
      this.#moment = undefined;
    });
    return this.#moment;
  }

  place(key: AttemptKey): Place {
    const user = this.#options.enclosure?.user;
    return { ...placeIn(this.#folder, key), ...(user === undefined ? {} : { user }) };
  }

  get bring(): BackEnd['bring'] {
    return this.#options.enclosure?.bring;
  }

  async launch(order: RunOrder): Promise<Launched> {
    const { task, attempt } = order;
    const { enclosure } = this.#options;
    const limits = enclosure?.limits(order.limits) ?? order.limits;
    const { argv, environment } = enclosure?.start(order, this.place(order)) ?? order;
    const state = await this.#reached.start({
      task,
      attempt,
      bootId: this.now().boot,
      latestStartMs: moment(order.latestStartMs),
      endMs: moment(order.endMs),
      graceMs: Math.floor(order.graceMs),
      limits: {
        outputBytes: limits.outputBytes,
        memoryBytes: limits.memoryBytes ?? 0,
        processes: limits.processes ?? 0,
      },
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      argv,
      enclosed: enclosure !== undefined,
    });
    await this.#end([state]);
    return { handle: wordOf(order), run: this.#stateOf(state) };
  }

  async states(runs: readonly RunRef[]): Promise<readonly RunState[]> {
    if (runs.length === 0) return [];
    const known = new Map((await this.#reached.list()).map((state) => [wordOf(state), state]));
    const found = runs.map((run) => known.get(wordOf(run)));
    await this.#end(found.filter((each) => each !== undefined));
    return found.map((each) => this.#stateOf(each));
  }

  async cancel({ task, attempt }: RunRef, graceMs: number): Promise<void> {
    await unlessUnknown(this.#reached.cancel({ task, attempt }, Math.floor(graceMs)));
  }

  async forget(runs: readonly RunRef[]): Promise<void> {
    for (const run of runs) this.#gone.delete(wordOf(run));
    await Promise.all(
      runs.map(({ task, attempt }) => unlessUnknown(this.#reached.forget({ task, attempt }))),
    );
  }

  async known(): Promise<readonly AttemptKey[]> {
    const places = this.#options.elsewhere?.places ?? placesIn;
    const all = [...(await this.#reached.list()), ...(await places(this.#folder))];
    return [...new Map(all.map(({ task, attempt }) => [`${task}.${attempt}`, { task, attempt }])).values()];
  }

  listen(listener: EndListener): void {
    this.#listener = listener;
  }

  capacity(): Machine {
    return this.#options.capacity;
  }

  load(): Promise<Moment> {
    return this.#options.load();
  }

  async #enclose(enclosure: Enclosure, [runner]: SupervisorCommand, now: Now): Promise<void> {
    if (runner === undefined || !now.encloses) {
      const detail = 'the supervisor of tasks that serves here cannot enclose programs';
      const next =
        'use the one in C (npm run build where there is gcc); one of before ends once its tasks have';
      throw new Refusal(failure('back-end-failed', detail, next));
    }
    await enclosure.open(runner);
    const all = await this.#reached.list();
    await enclosure.endAllBut?.(all.filter(({ state }) => state === 'running'));
    this.#enclosed.resolve();
  }

  #hear(ended: Ended): void {
    const { enclosure, log } = this.#options;
    const tell = () => this.#listener(ended, endOf(ended, this.#bootedAt));
    if (enclosure?.end === undefined) tell();
    else
      this.#end([ended]).then(tell, (error: unknown) =>
        log.warn('it is not known yet whether something is left of a task', { ...ended, error }),
      ); // `states` tries again
  }

  /** Before it is said that runs have ended: nothing of them may be left. */
  async #end(states: readonly TaskState[]): Promise<void> {
    const { enclosure } = this.#options;
    if (enclosure?.end === undefined) return;
    const unsure = states
      .filter((each) => each.state !== 'running')
      .filter((each) => mayBeLeft(each) && !this.#gone.has(wordOf(each)));
    if (unsure.length === 0) return;
    await this.#enclosed.promise;
    await enclosure.end(unsure);
    for (const each of unsure) this.#gone.add(wordOf(each));
  }

  get #reached(): Supervisor {
    if (this.#supervisor === undefined) throw new Error('the back end has not started');
    return this.#supervisor;
  }

  #stateOf(state: TaskState | undefined): RunState {
    if (state === undefined) return { state: 'absent' };
    return state.state === 'running' ? { state: 'running' } : endOf(state, this.#bootedAt);
  }
}

/** As the supervisor takes it: 0 would be no bound at all. */
function moment(ms: number): number {
  return Math.max(1, Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER));
}

function uptimeMs(): number {
  return uptime() * 1000;
}
