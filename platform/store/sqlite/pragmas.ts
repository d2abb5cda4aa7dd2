import type Database from 'better-sqlite3';
import { Refusal } from '../../failure.ts';

/** What bounds the memory and the files of one connection. */
export interface ConnectionLimits {
  /** How long opening waits for a lock that another process is just letting go of, in milliseconds; it blocks. */
  readonly busyMs: number;
  /** The page cache, in bytes. */
  readonly cacheBytes: number;
  /** The write-ahead log is brought home when it is this long, and cut back to this, in bytes. */
  readonly journalBytes: number;
}

/** A pragma with the value to set and the value that reading it must give (https://sqlite.org/pragma.html). */
interface Pragma {
  readonly name: string;
  readonly set: string | number;
  readonly reads: string | number;
}

function pragmas(limits: ConnectionLimits): Pragma[] {
  const cacheKib = -Math.max(1, Math.floor(limits.cacheBytes / 1024));
  return [
    { name: 'busy_timeout', set: limits.busyMs, reads: limits.busyMs },
    // Before WAL: the index of the log then lives in this process alone, and the file itself is locked against
    // every other process for as long as it is open. fcntl locks end with the process, however it ends.
    { name: 'locking_mode', set: 'EXCLUSIVE', reads: 'exclusive' },
    { name: 'journal_mode', set: 'WAL', reads: 'wal' },
    // SQLite then syncs no commit, which would hold the event loop up: the store does, and answers after (log-file.ts).
    { name: 'synchronous', set: 'NORMAL', reads: 1 },
    // On macOS fsync alone leaves data in the drive's cache; elsewhere this changes nothing.
    { name: 'fullfsync', set: 'ON', reads: 1 },
    { name: 'foreign_keys', set: 'ON', reads: 1 },
    { name: 'cache_size', set: cacheKib, reads: cacheKib },
    // SQLite would sync the database within a commit: the store does it beside the event loop (home.ts).
    { name: 'wal_autocheckpoint', set: 0, reads: 0 },
    { name: 'journal_size_limit', set: limits.journalBytes, reads: limits.journalBytes },
  ];
}

/** Sets what the store's promises rest on. */
export function setPragmas(db: Database.Database, limits: ConnectionLimits): void {
  for (const { name, set } of pragmas(limits)) db.pragma(`${name} = ${set}`);
}

/** Reads every pragma back; a Refusal names the first that did not take, since SQLite itself stays silent. */
export function verifyPragmas(db: Database.Database, limits: ConnectionLimits, file: string): void {
  for (const { name, reads } of pragmas(limits)) {
    const got = db.pragma(name, { simple: true });
    if (got === reads) continue;
    throw new Refusal({
      code: 'store-failed',
      status: 500,
      detail: `The store ${file} cannot be kept safely: ${name} is ${got}, not ${reads}`,
      next: 'put the data folder on a local disk',
    });
  }
}

export function pageBytes(db: Database.Database): number {
  return Number(db.pragma('page_size', { simple: true }));
}
