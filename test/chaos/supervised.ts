import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holderOf } from '../fabric-agent/supervisor/support.ts';

/** What stands under the supervisor of an agent, seen from outside. */
export class Supervised {
  readonly #folder: string;

  /** @param folder that of the supervisor */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The attempts that have something there, as `JOB.TASK.ATTEMPT`. */
  async attempts(): Promise<string[]> {
    const names = await readdir(join(this.#folder, 'tasks')).catch(() => []);
    const own = names.filter((name) => !name.startsWith('.')); // others wait for tasks to come
    return own.map((name) => name.replace(/\.removed$/, '')).sort();
  }

  /** The process of the supervisor. */
  supervisor(): Promise<number | undefined> {
    return this.#holder('lock');
  }

  /** The processes that are the parents of tasks, by attempt. */
  async parents(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const attempt of await this.attempts()) {
      const pid = await this.#holder(`tasks/${attempt}/lock`);
      if (pid !== undefined) found.set(attempt, pid);
    }
    return found;
  }

  async #holder(lock: string): Promise<number | undefined> {
    try {
      const pid = holderOf(join(this.#folder, lock));
      // A number may have been given to another process meanwhile.
      const words = await readFile(`/proc/${pid}/cmdline`, 'latin1');
      return words.split('\0').includes(this.#folder) ? pid : undefined;
    } catch {
      return undefined; // nobody any more
    }
  }
}

/** Sends a signal to a process that may have ended. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {} // it has
}
