import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../platform/log.ts';
import { removeTree } from './remove-tree.ts';
import { killStrays } from './strays.ts';

/** The directory of one run, of this user alone. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  /** Where the program works. */
  readonly work: string;
  /** Its TMPDIR. */
  readonly temporary: string;
}

export interface RunFolders {
  /** Makes the folder of this process, and removes those of processes that have ended, with what still runs in them. */
  open(): Promise<void>;
  make(): Promise<RunFolder>;
  close(): Promise<void>;
}

/**
 * Folders of runs below `folder`, in one for each agent process, whose name holds when that process began: the
 * number of a process is given again.
 */
export function createRunFolders(folder: string, log: Log): RunFolders {
  let own = '';
  let count = 0;
  return {
    async open() {
      own = join(folder, `${process.pid}-${await beginning(process.pid)}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(folder)) await removeLeftover(folder, name, log);
      await mkdir(own, { recursive: true, mode: 0o700 });
    },
    async make() {
      count += 1;
      const path = join(own, String(count));
      const run = { path, work: join(path, 'work'), temporary: join(path, 'tmp') };
      await mkdir(path, { mode: 0o700 });
      await mkdir(run.work, { mode: 0o700 });
      await mkdir(run.temporary, { mode: 0o700 });
      return { ...run, [Symbol.asyncDispose]: () => remove(path, log) };
    },
    close: () => remove(own, log),
  };
}

async function removeLeftover(folder: string, name: string, log: Log): Promise<void> {
  const [, pid, began] = /^(\d+)-(\d+)(?:\.removed)?$/.exec(name) ?? [];
  if (pid === undefined) return;
  if ((await beginning(Number(pid))) === began && Number(pid) !== process.pid) return;
  const path = join(folder, name.replace(/\.removed$/, ''));
  const killed = await killStrays(path);
  await remove(path, log);
  log.info('removed what an agent that has ended left behind', { folder: path, processes: killed });
}

async function remove(path: string, log: Log): Promise<void> {
  try {
    await removeTree(path);
  } catch (error) {
    // Something still writes there, or the system does not let it go: the next start tries again.
    log.warn('a folder could not be removed', { folder: path, error: String(error) });
  }
}

/**
 * When a process began, in clock ticks since the system did (proc(5), the 22nd field of stat); '0' where the system
 * does not tell, but the process lives; undefined where there is none.
 */
async function beginning(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return isAlive(pid) ? '0' : undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field, a name in parentheses, may hold blanks and parentheses itself.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
