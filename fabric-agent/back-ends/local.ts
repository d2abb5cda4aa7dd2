import { mkdir } from 'node:fs/promises';
import { constants, uptime } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';
import type { Machine, Moment } from '../machine.ts';
import { openSupervisor, type Supervisor } from '../supervisor/client.ts';
import type { SupervisorCommand } from '../supervisor/launch.ts';
import type { Ended, Ending, Now, TaskState } from '../supervisor/messages.ts';
import { isUnknownTask } from '../supervisor/refusal.ts';
import {
  type AttemptKey,
  type BackEnd,
  type BootMoment,
  type EndListener,
  type Launched,
  noExit,
  type Place,
  type Powers,
  placeIn,
  placesIn,
  type RunEnd,
  type RunOrder,
  type RunRef,
  type RunState,
  wordOf,
} from './back-end.ts';

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
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs programs on this machine, under the agent's own user, by a supervisor that outlives the agent. */
export function createLocalBackEnd(options: LocalOptions): BackEnd {
  return new LocalBackEnd(options);
}

/** The system tells how long it has been up in steps of so many milliseconds, of which the last is not over (proc(5)). */
const uptimeStepMs = 10;

class LocalBackEnd implements BackEnd {
  readonly #options: LocalOptions;
  readonly #folder: string;
  #supervisor: Supervisor | undefined;
  #listener: EndListener = () => {};
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
    };
  }

  async start(): Promise<void> {
    const { folder, command, group, lingerMs, log } = this.#options;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#supervisor = await openSupervisor({
      dir: folder,
      ...(command === undefined ? {} : { command }),
      ...(group === undefined ? {} : { group }),
      ...(lingerMs === undefined ? {} : { lingerMs }),
      log,
      exited: (ended) => this.#listener(ended, this.#endOf(ended)),
    });
    this.#now = await this.#supervisor.now();
    this.#aheadMs = this.#now.bootMs - uptimeMs() - uptimeStepMs;
    this.#bootedAt = this.#options.clock.now() - this.#now.bootMs;
  }

  async stop(): Promise<void> {
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
    return placeIn(this.#folder, key);
  }

  async launch(order: RunOrder): Promise<Launched> {
    const { task, attempt, limits } = order;
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
      environment: Object.entries(order.environment).map(([name, value]) => `${name}=${value}`),
      argv: order.argv,
    });
    return { handle: wordOf(order), run: this.#stateOf(state) };
  }

  async states(runs: readonly RunRef[]): Promise<readonly RunState[]> {
    if (runs.length === 0) return [];
    const known = new Map((await this.#reached.list()).map((state) => [wordOf(state), state]));
    return runs.map((run) => this.#stateOf(known.get(wordOf(run))));
  }

  async cancel({ task, attempt }: RunRef, graceMs: number): Promise<void> {
    await unlessUnknown(this.#reached.cancel({ task, attempt }, Math.floor(graceMs)));
  }

  async forget(runs: readonly RunRef[]): Promise<void> {
    await Promise.all(
      runs.map(({ task, attempt }) => unlessUnknown(this.#reached.forget({ task, attempt }))),
    );
  }

  async known(): Promise<readonly AttemptKey[]> {
    const all = [...(await this.#reached.list()), ...(await placesIn(this.#folder))];
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

  get #reached(): Supervisor {
    if (this.#supervisor === undefined) throw new Error('the back end has not started');
    return this.#supervisor;
  }

  #stateOf(state: TaskState | undefined): RunState {
    if (state === undefined) return { state: 'absent' };
    return state.state === 'running' ? { state: 'running' } : this.#endOf(state);
  }

  #endOf(ended: Ended): RunEnd {
    const { state, number, startedMs, endedMs, cpuMs, rssBytes, sentence } = ended;
    const why = sentence === '' ? null : sentence;
    // Of 0 the supervisor ended before it had begun it: that says nothing of the next time.
    if (state === 'not-started' && (number === 0 || faultsOfNodes.has(number)))
      return { state: 'ended', exit: noExit('too-late'), why, isNodesFault: number !== 0 };
    if (state === 'too-late' || state === 'not-started' || state === 'lost')
      return { state: 'ended', exit: noExit(state), why };
    const exit: ExitView = {
      kind: kinds[state],
      code: saysNumber.has(state) ? number : null,
      startedAt: this.#bootedAt + startedMs,
      endedAt: this.#bootedAt + endedMs,
      cpuSeconds: cpuMs / 1000,
      maxRssBytes: rssBytes,
    };
    return { state: 'ended', exit, why };
  }
}

/** Ends of which the supervisor tells a number: the exit code, or the signal. */
const saysNumber: ReadonlySet<Ending> = new Set(['exited', 'signalled']);

const { EAGAIN, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS } = constants.errno;
/** Why a program could not be started that says nothing of the program. */
const faultsOfNodes: ReadonlySet<number> = new Set([
  EAGAIN,
  EDQUOT,
  EIO,
  EMFILE,
  ENFILE,
  ENOMEM,
  ENOSPC,
  EROFS,
]);

const kinds: Readonly<Record<Exclude<Ending, 'too-late' | 'not-started' | 'lost'>, ExitView['kind']>> = {
  exited: 'exited',
  signalled: 'signalled',
  'timed-out': 'timed-out',
  'limit-memory': 'over-memory',
  'limit-processes': 'over-processes',
  'limit-output': 'over-output',
  cancelled: 'cancelled',
};

/** As the supervisor takes it: 0 would be no bound at all. */
function moment(ms: number): number {
  return Math.max(1, Math.min(Math.floor(ms), Number.MAX_SAFE_INTEGER));
}

function uptimeMs(): number {
  return uptime() * 1000;
}

/** What the supervisor knows nothing of neither runs nor is kept. */
async function unlessUnknown(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!isUnknownTask(error)) throw error;
  }
}
