import { readdirSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealed, unsealed } from '../frames.ts';
import { type Ended, readTask, type StartOrder, type TaskName, type TaskState } from '../messages.ts';
import { Journal, keyOf, readJournal, record } from './journal.ts';
import { type Program, run, type Watch } from './program.ts';
import { psProcesses } from './ps.ts';
import { Sampler } from './sampler.ts';
import { bootId, bootMs, killStrays, procProcesses, StrayHunt } from './system.ts';

/** As many are known at most, ended or not. */
const tasksMost = 65_536;

/** The tasks that were started and not forgotten. */
export class TaskTable {
  readonly #dir: string;
  readonly #watch: Watch;
  readonly #told: (ended: Ended) => void;
  readonly #tasks: Map<string, TaskState>;
  readonly #programs = new Map<string, Program>();
  readonly #journal: Journal;
  readonly bootId: string;

  private constructor(
    dir: string,
    watch: Watch,
    told: (ended: Ended) => void,
    tasks: Map<string, TaskState>,
    journal: Journal,
    boot: string,
  ) {
    this.#dir = dir;
    this.#watch = watch;
    this.#told = told;
    this.#tasks = tasks;
    this.#journal = journal;
    this.bootId = boot;
  }

  /** Finds what earlier supervisors have left. What still runs is killed, whoever started it, and called lost. */
  static async open(dir: string, sampleMs: number, told: (ended: Ended) => void): Promise<TaskTable> {
    await mkdir(join(dir, 'tasks'), { recursive: true, mode: 0o700 });
    const tasks = await readJournal(dir);
    for (const key of readdirSync(join(dir, 'tasks'))) {
      const [, task, attempt] = /^(.*)\.(\d+)$/.exec(key) ?? [];
      const known = tasks.get(key);
      if (task === undefined || (known !== undefined && known.state !== 'running')) continue;
      const lock = await readFile(join(dir, 'tasks', key, 'lock')).catch(() => undefined);
      if (lock !== undefined) tasks.set(key, readTask([task, attempt ?? '', 'running', '0']));
    }
    for (const [key, task] of tasks) if (task.state === 'running') tasks.set(key, await leftover(dir, task));
    const boot = bootId();
    const processes = procProcesses() ?? psProcesses();
    const sampler = processes && new Sampler(processes, sampleMs);
    const watch = { sampleMs, sampler, hunt: new StrayHunt() };
    return new TaskTable(dir, watch, told, tasks, await Journal.make(dir, tasks.values(), boot), boot);
  }

  get running(): number {
    return this.#programs.size;
  }

  get known(): number {
    return this.#tasks.size;
  }

  /** The limits that can be held here. */
  get limits(): string {
    return this.#watch.sampler === undefined ? 'output' : 'output memory processes';
  }

  get failure(): string {
    return this.#journal.failure;
  }

  find(name: TaskName): TaskState | undefined {
    return this.#tasks.get(keyOf(name));
  }

  all(): IterableIterator<TaskState> {
    return this.#tasks.values();
  }

  get isFull(): boolean {
    return this.#tasks.size >= tasksMost;
  }

  /** Resolves with the task's state once its start is on the disk. */
  async start(order: StartOrder): Promise<TaskState> {
    const key = keyOf(order);
    const running: TaskState = {
      task: order.task,
      attempt: order.attempt,
      state: 'running',
      startedMs: bootMs(),
    };
    this.#tasks.set(key, running);
    const written = this.#journal.add(record(running, this.bootId));
    const folder = join(this.#dir, 'tasks', key);
    const program = launch(order, folder, this.#watch);
    this.#programs.set(key, program);
    program.ended.then(async (ended) => {
      await this.#journal.add(record(ended, this.bootId));
      this.#programs.delete(key);
      this.#tasks.set(key, ended);
      this.#told(ended);
    });
    await written;
    return running;
  }

  cancel(name: TaskName, graceMs: number): void {
    this.#programs.get(keyOf(name))?.stop('cancelled', graceMs);
  }

  async forget(name: TaskName): Promise<void> {
    const key = keyOf(name);
    for (const file of ['lock', 'exit']) rmSync(join(this.#dir, 'tasks', key, file), { force: true });
    this.#tasks.delete(key);
    await this.#journal.add(sealed('forget', key));
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}

/** Runs a task, or says why it could not even be begun. */
function launch(order: StartOrder, folder: string, watch: Watch): Program {
  try {
    return run(order, folder, watch);
  } catch (error) {
    const { errno = 0, message } = error as NodeJS.ErrnoException;
    const at = bootMs();
    const { task, attempt } = order;
    const ended: Ended = { ...nothing, task, attempt, state: 'not-started', startedMs: at, endedMs: at };
    return {
      ended: Promise.resolve({ ...ended, number: Math.abs(errno), sentence: message }),
      stop: () => {},
    };
  }
}

const nothing = { number: 0, startedMs: 0, endedMs: 0, cpuMs: 0, rssBytes: 0, sentence: '' };

async function leftover(dir: string, task: TaskState): Promise<Ended> {
  const folder = join(dir, 'tasks', keyOf(task));
  killStrays([folder]);
  const bytes = await readFile(join(folder, 'exit')).catch(() => Buffer.alloc(0));
  for (const fields of unsealed(bytes)) {
    const ended = readTask([task.task, String(task.attempt), ...fields, '']);
    if (ended.state !== 'running') return ended;
  }
  return {
    ...nothing,
    task: task.task,
    attempt: task.attempt,
    state: 'lost',
    startedMs: task.startedMs,
    endedMs: bootMs(),
  };
}
