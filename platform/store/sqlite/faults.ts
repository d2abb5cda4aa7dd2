import Database from 'better-sqlite3';
import { Refusal } from '../../failure.ts';

/** What the store could not do, for a sentence such as `The store FILE cannot be opened`. */
type Undone = 'opened' | 'read' | 'written';

/**
 * SQLite's result codes that speak of the disk or the file and not of the statement
 * (https://sqlite.org/rescode.html); extended codes begin with these.
 */
const ofTheDisk = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_NOMEM',
  'SQLITE_BUSY',
  'SQLITE_PERM',
];

/** Whether SQLite could not have a lock that it needs. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** Whether an error is the disk's and not the statement's. */
export function isOfTheDisk(error: unknown): boolean {
  return error instanceof Database.SqliteError && ofTheDisk.some((code) => error.code.startsWith(code));
}

/** The Refusal that tells of an error of the engine. */
export function storeRefusal(error: unknown, file: string, undone: Undone): Refusal {
  if (error instanceof Refusal) return error;
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (code === 'SQLITE_FULL') {
    return new Refusal(
      {
        code: 'store-full',
        status: 507,
        detail: `There is no room left on the disk for the store ${file}`,
        next: 'free some space and try again',
      },
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new Refusal(
    {
      code: 'store-failed',
      status: 500,
      detail: `The store ${file} cannot be ${undone}: ${reason}${code === '' ? '' : ` (${code})`}`,
      next: 'look at the disk and the rights to this file, then try again',
    },
    { cause: error },
  );
}

/** Another process has the store open. */
export function storeInUse(file: string, cause: unknown): Refusal {
  return new Refusal(
    {
      code: 'store-in-use',
      status: 409,
      detail: `The store ${file} is open in another process`,
      next: 'stop that one first, or choose another data folder',
    },
    { cause },
  );
}
