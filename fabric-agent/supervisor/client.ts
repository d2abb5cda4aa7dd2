import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type Field, FrameReader, frame } from './frames.ts';
import { dial, launch, type SupervisorCommand, supervisorCommand } from './launch.ts';
import {
  type Ended,
  type Now,
  readNow,
  readTask,
  type StartOrder,
  type TaskName,
  type TaskState,
} from './messages.ts';
import { isUnknownTask, SupervisorRefusal } from './refusal.ts';

export interface Supervisor extends AsyncDisposable {
  /** Starts a task, or tells how it stands where it was started before. */
  start(order: StartOrder): Promise<TaskState>;
  /** Tells a task to end, and says how it stood; its exit is told as every other. */
  cancel(name: TaskName, graceMs: number): Promise<TaskState>;
  /** All tasks that were started and not forgotten. */
  list(): Promise<TaskState[]>;
  /** Drops what is known of a task that has ended. Its name is free then: only for what nobody will start again. */
  forget(name: TaskName): Promise<void>;
  now(): Promise<Now>;
}

/**
 * Connects to a supervisor that is not on this machine, which it starts where none serves its folder; waits for as long as its
 * host is not reached. Throws a Refusal where it does not start.
 */
export type Reach = (signal: AbortSignal) => Promise<Duplex>;

export interface SupervisorOptions {
  /** The supervisor's folder, mode 0700; made where it is not there. */
  readonly dir: string;
  /** What to start where none serves the folder; found by itself where it is not given. */
  readonly command?: SupervisorCommand;
  /** How it is reached where that is not by its socket in `dir`; then nothing is started here. */
  readonly reach?: Reach;
  /** Called with each new connection. */
  readonly met?: () => void;
  /** How long a supervisor without tasks and clients stays, and how often limits are looked at, in milliseconds. */
  readonly lingerMs?: number;
  readonly sampleMs?: number;
  /** The control group below which tasks get theirs, or `none`; found by the supervisor where it is not given. */
  readonly group?: string;
  readonly log: Log;
  /** Called for each task that ends; and for each that had ended, with every new connection: until it is forgotten. */
  readonly exited: (ended: Ended) => void;
}

/** Requests that wait for an answer at one time; more wait for their turn. */
const pendingMost = 4_096;
const againFirstMs = 20;
const againMostMs = 1_000;
const defaults = { lingerMs: 10_000, sampleMs: 1_000 };

interface Pending {
  readonly bytes: Buffer;
  readonly tasks: TaskState[];
  readonly resolve: (answer: {
    readonly tasks: readonly TaskState[];
    readonly fields: readonly string[];
  }) => void;
  readonly reject: (reason: unknown) => void;
  readonly many: boolean;
}

/**
 * Connects to the supervisor of a folder, which it starts where there is none. A connection that breaks is made anew,
 * and what was asked is asked again: every request can bear that. Throws a Refusal with code `supervisor-failed` where
 * the supervisor does not start.
 */
export async function openSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const connection = new Connection(options);
  await connection.open();
  return connection;
}

class Connection implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #socket: Duplex | undefined;
  #last = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const { reach } = this.#options;
    if (reach !== undefined) {
      const stream = await reach(this.#closing.signal);
      if (this.#closing.signal.aborted) stream.destroy();
      this.#closing.signal.throwIfAborted();
      return this.#attend(stream);
    }
    const { dir, group, lingerMs = defaults.lingerMs, sampleMs = defaults.sampleMs } = this.#options;
    const command = this.#options.command ?? (await supervisorCommand(dir));
    for (let againMs = againFirstMs; ; againMs = Math.min(2 * againMs, againMostMs)) {
      this.#closing.signal.throwIfAborted();
      if (await this.#dial()) return;
      await launch(command, dir, [lingerMs, sampleMs, ...(group === undefined ? [] : [group])]);
      if (await this.#dial()) return;
      await pause(againMs, undefined, { signal: this.#closing.signal });
    }
  }

  /** Connects where a supervisor answers. */
  async #dial(): Promise<boolean> {
    const socket = await dial(this.#options.dir).catch((error: unknown) => {
      this.#options.log.debug('no supervisor answers yet', { error });
      return undefined;
    });
    if (this.#closing.signal.aborted) socket?.destroy();
    this.#closing.signal.throwIfAborted();
    if (socket !== undefined) this.#attend(socket);
    return socket !== undefined;
  }

  #attend(socket: Duplex): void {
    const reader = new FrameReader();
    socket.on('data', (piece: Buffer) => {
      try {
        for (const fields of reader.push(piece)) this.#hear(fields.map(String));
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) =>
      this.#options.log.warn('the connection to the supervisor broke', { error }),
    );
    socket.once('close', () => this.#lost());
    this.#socket = socket;
    for (const pending of this.#pending.values()) {
      pending.tasks.length = 0;
      socket.write(pending.bytes);
    }
    this.#options.met?.();
    // What ended while nobody listened.
    this.list().then(
      (tasks) => {
        for (const task of tasks) this.#tell(task);
      },
      () => {}, // closed meanwhile
    );
  }

  #lost(): void {
    this.#socket = undefined;
    if (this.#closing.signal.aborted) return;
    this.open().catch((error: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.#options.log.error('the supervisor of tasks cannot be reached', { error });
      pause(againMostMs, undefined, { signal: this.#closing.signal }).then(
        () => this.#lost(),
        () => {}, // closed meanwhile
      );
    });
  }

  #tell(task: TaskState): void {
    if (task.state !== 'running') this.#options.exited(task);
  }

  #hear([verb = '', id, ...fields]: readonly string[]): void {
    if (verb === 'exited') {
      this.#tell(readTold(fields));
      return;
    }
    const pending = this.#pending.get(Number(id));
    if (pending === undefined) {
      if (verb === 'error')
        this.#options.log.error('the supervisor refused', { code: fields[0], detail: fields[1] });
      return;
    }
    if (verb === 'task') pending.tasks.push(readTold(fields));
    if (verb === 'task' && pending.many) return;
    this.#pending.delete(Number(id));
    this.#waiting.shift()?.();
    if (verb !== 'error') {
      pending.resolve({ tasks: pending.tasks, fields });
      return;
    }
    const [word = '', detail = ''] = fields;
    pending.reject(new SupervisorRefusal(word, detail));
  }

  async #ask(verb: string, fields: readonly Field[], many = false) {
    while (this.#pending.size >= pendingMost)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#closing.signal.aborted) throw closed();
    this.#last += 1;
    const bytes = frame(verb, this.#last, ...fields);
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Pending['resolve']>[0]>();
    this.#pending.set(this.#last, { bytes, tasks: [], resolve, reject, many });
    const socket = this.#socket;
    if (socket !== undefined) {
      // All requests of one turn in one write.
      if (socket.writableCorked === 0) {
        socket.cork();
        process.nextTick(() => socket.uncork());
      }
      socket.write(bytes);
    }
    return promise;
  }

  async start(order: StartOrder): Promise<TaskState> {
    const { limits, environment, argv } = order;
    const { tasks } = await this.#ask(order.enclosed === true ? 'start-enclosed' : 'start', [
      order.task,
      order.attempt,
      order.bootId,
      order.latestStartMs,
      order.endMs,
      order.graceMs,
      limits.outputBytes,
      limits.memoryBytes,
      limits.processes,
      environment.length,
      ...environment,
      ...argv,
    ]);
    return tasks[0]!;
  }

  async cancel({ task, attempt }: TaskName, graceMs: number): Promise<TaskState> {
    return (await this.#ask('cancel', [task, attempt, graceMs])).tasks[0]!;
  }

  async list(): Promise<TaskState[]> {
    return [...(await this.#ask('list', [], true)).tasks];
  }

  async forget({ task, attempt }: TaskName): Promise<void> {
    try {
      await this.#ask('forget', [task, attempt]);
    } catch (error) {
      // Asked twice, because a connection broke: it is as was wanted.
      if (!isUnknownTask(error)) throw error;
    }
  }

  async now(): Promise<Now> {
    return readNow((await this.#ask('now', [])).fields);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#socket?.destroy();
    for (const pending of this.#pending.values()) pending.reject(closed());
    this.#pending.clear();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** One on another host may say anything, and what it names becomes a path here. Throws a RangeError on what is no name. */
function readTold(fields: readonly string[]): TaskState {
  const task = readTask(fields);
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(task.task) && /^\d{1,9}$/.test(fields[1] ?? ''))
    return task;
  throw new RangeError('the supervisor names a task that can be none');
}

function closed(): Refusal {
  return new Refusal(failure('stopped', 'the connection to the supervisor was closed'));
}
