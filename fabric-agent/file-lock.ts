import { DatabaseSync } from 'node:sqlite';

/** A file that this process has for itself. */
export interface FileLock {
  close(): void;
}

/**
 * Takes a file, which it makes where it is not there, until it is closed or this process is gone, however it goes;
 * undefined where somebody else has it. Node.js has no locks, SQLite has: one of the system, on which other programs can
 * wait too. Throws where the file cannot be opened.
 */
export function takeFileLock(path: string): FileLock | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return undefined;
    throw error;
  }
}
