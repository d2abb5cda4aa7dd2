import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { Refusal } from '../../failure.ts';
import { isBusy } from './faults.ts';

/** The right to run on a data folder. Keep it: a lock that is garbage collected is let go. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Two that start in the same instant get in each other's way once; then one of them wins. Milliseconds. */
const secondTryMs = 50;

/**
 * Takes a data folder for this process, and makes it (mode 0700) where it does not exist. A Refusal with code
 * `folder-in-use` says at once who has it.
 *
 * The lock is an exclusive transaction on the empty database `lock`, which is never written. SQLite's locks are
 * fcntl locks: they end with the process, however it ends, children do not inherit them, and nothing is left that
 * needs cleaning. The lock has a file of its own because there is one data folder and many stores, and because a
 * store's own exclusive lock comes only once its file is opened, after things that must not happen twice.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = resolve(folder);
  const holder = join(path, 'pid');
  let db: Database.Database | undefined;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    db = new Database(join(path, 'lock'), { timeout: secondTryMs });
    db.exec('BEGIN EXCLUSIVE');
    await writeFile(holder, `${process.pid}\n`);
  } catch (error) {
    db?.close();
    throw isBusy(error) ? await inUse(path, holder, error) : unusable(path, error);
  }
  return releasing(db, holder);
}

function releasing(db: Database.Database, holder: string): FolderLock {
  return {
    async release() {
      if (!db.open) return;
      await rm(holder, { force: true });
      db.close();
    },
  };
}

async function inUse(path: string, holder: string, cause: unknown): Promise<Refusal> {
  const pid = (await readFile(holder, 'utf8').catch(() => '')).trim();
  const who = /^\d+$/.test(pid) ? `another process (${pid})` : 'another process';
  return new Refusal(
    {
      code: 'folder-in-use',
      status: 409,
      detail: `The data folder ${path} is in use by ${who}`,
      next: 'stop that one first, or choose another folder',
    },
    { cause },
  );
}

function unusable(path: string, cause: unknown): Refusal {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Refusal(
    {
      code: 'folder-failed',
      status: 500,
      detail: `The data folder ${path} cannot be used: ${reason}`,
      next: 'choose a folder on a local disk that you may write to',
    },
    { cause },
  );
}
