import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealed, unsealed } from '../frames.ts';
import { type Ended, readTask, type TaskState } from '../messages.ts';
import { writeDurably } from './system.ts';

const version = '1';

/** `<task>.<attempt>`: what a task is called in the journal and in `tasks/`. */
export function keyOf({ task, attempt }: { readonly task: string; readonly attempt: number }): string {
  return `${task}.${attempt}`;
}

function nameOf(key: string): readonly [string, string] {
  const dot = key.lastIndexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** The fields of a record after the names. */
export function recordFields(ended: Ended): (string | number)[] {
  return [ended.state, ended.number, ended.startedMs, ended.endedMs, ended.cpuMs, ended.rssBytes];
}

/** What the journal of a folder holds: each task with its state, `running` where there is no exit. */
export async function readJournal(dir: string): Promise<Map<string, TaskState>> {
  const tasks = new Map<string, TaskState>();
  const bytes = await readFile(join(dir, 'journal')).catch(() => Buffer.alloc(0));
  for (const [what, key = '', ...fields] of unsealed(bytes)) {
    if (what === 'forget') tasks.delete(key);
    if (what === 'start') tasks.set(key, readTask([...nameOf(key), 'running', fields[1] ?? '0']));
    if (what === 'exit') tasks.set(key, readTask([...nameOf(key), ...fields, '']));
  }
  return tasks;
}

/** The journal as one that is written: whatever is asked for in one turn shares one write and one sync. */
export class Journal {
  readonly #handle: FileHandle;
  #waiting: { bytes: Buffer; done: () => void }[] = [];
  #writing = false;
  /** Why it cannot be written, or empty. */
  failure = '';

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Makes the journal anew with what still counts. */
  static async make(dir: string, tasks: Iterable<TaskState>, boot: string): Promise<Journal> {
    const records = [...tasks].map((task) => record(task, boot));
    await writeDurably(join(dir, 'journal'), Buffer.concat([sealed('journal', version), ...records]));
    return new Journal(await open(join(dir, 'journal'), 'a', 0o600));
  }

  /** Resolves once it is on the disk. Where it cannot be written, it is tried again until it can. */
  add(bytes: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, done: resolve });
    if (!this.#writing) {
      this.#writing = true;
      setImmediate(() => this.#write());
    }
    return promise;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting.splice(0);
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(Buffer.concat(batch.map(({ bytes }) => bytes)));
      await this.#handle.datasync();
      this.failure = '';
      for (const { done } of batch) done();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      await this.#handle.truncate(size).catch(() => {}); // a torn record hides those after it
      this.#waiting.unshift(...batch);
    }
    this.#writing = this.#waiting.length > 0;
    if (this.failure !== '') setTimeout(() => this.#write(), againMs);
    else if (this.#writing) setImmediate(() => this.#write());
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

const againMs = 1_000;

/** The record of a task as it stands. */
export function record(task: TaskState, boot: string): Buffer {
  return task.state === 'running'
    ? sealed('start', keyOf(task), boot, task.startedMs)
    : sealed('exit', keyOf(task), ...recordFields(task));
}
