import { close, fdatasync, openSync } from 'node:fs';

/**
 * The write-ahead log of a database, as what has been committed to it is put on the disk: by a thread of Node.js's
 * own, while the event loop goes on. SQLite itself, with `synchronous=NORMAL`, syncs the log before it brings it home,
 * and the log's head where it begins anew, but no commit (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * The file is there for as long as the connection is open, and is no other in that time: SQLite begins it anew in
 * place. Its locks are on the database alone (`locking_mode=EXCLUSIVE`), so closing this one lets go of none.
 */
export class LogFile {
  readonly #descriptor: number;

  /** `file` is the database, open in WAL mode. */
  constructor(file: string) {
    this.#descriptor = openSync(`${file}-wal`, 'r+'); // macOS syncs what is open for writing alone
  }

  /** Calls back once all that was committed before is on the disk, or cannot be said to be. */
  sync(done: (error: Error | null) => void): void {
    fdatasync(this.#descriptor, done);
  }

  close(): Promise<void> {
    return new Promise((resolve) => close(this.#descriptor, () => resolve()));
  }
}
