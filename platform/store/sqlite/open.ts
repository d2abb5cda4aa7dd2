import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Log } from '../../log.ts';
import type { Store } from '../store.ts';
import { isBusy, storeInUse, storeRefusal } from './faults.ts';
import { LogFile, letGoOfKeptLog, takeKeptLog } from './log-file.ts';
import { migrate, readMigrations } from './migrations.ts';
import { type ConnectionLimits, setPragmas, verifyPragmas } from './pragmas.ts';
import { type CommitLog, type GroupLimits, SqliteStore } from './sqlite-store.ts';

export interface SqliteStoreOptions {
  /** The database; its folder exists. Its write-ahead log stands beside it while it is open. */
  readonly file: string;
  /** The folder of its migrations, `001-name.sql`, `002-name.sql`, …: beside the code, in the package too. */
  readonly migrations: URL;
  readonly log: Log;
  readonly limits: ConnectionLimits & GroupLimits;
  /** What puts commits on the disk; its write-ahead log as the disk has it, unless given. */
  readonly commits?: CommitLog;
}

/**
 * Opens a store on SQLite, for this process alone, and brings its schema up to date. Refuses, with the file named:
 * `store-in-use` where another process has it open, `store-migration` where its schema is not this version's past,
 * `store-full` or `store-failed` where it cannot be opened or kept safely.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { migrations: folder, log, limits, commits } = options;
  const file = resolve(options.file);
  const migrations = await readMigrations(folder);
  let db: Database.Database | undefined;
  try {
    await createPrivately(file);
    await takeKeptLog(file);
    db = new Database(file, { timeout: limits.busyMs });
    setPragmas(db, limits);
    if (!(await letGoOfKeptLog(file))) throw storeInUse(file, undefined);
    migrate(db, migrations, file, log);
    verifyPragmas(db, limits, file);
    bringHome(db);
    return new SqliteStore({ db, commits: commits ?? new LogFile(file), file, limits, log });
  } catch (error) {
    db?.close();
    throw isBusy(error) ? storeInUse(file, error) : storeRefusal(error, file, 'opened');
  }
}

/**
 * Brings home what migrations wrote, and what a process before this one left in the log, while nobody waits: the store
 * would with its first commit, and hold the event loop up for as much as it is. Where there is no room it stays in the log.
 */
function bringHome(db: Database.Database): void {
  try {
    db.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_FULL') throw error;
  }
}

/**
 * What a store keeps is its owner's, and SQLite gives the log the rights of the database. A file that exists is not
 * opened: closing it would let go of the locks which this very process may hold on it.
 */
async function createPrivately(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
