import type Database from 'better-sqlite3';
import { pageBytes } from './pragmas.ts';

/** What `PRAGMA wal_checkpoint` says: https://sqlite.org/pragma.html#pragma_wal_checkpoint. */
interface Checkpoint {
  /** Pages in the log, and how many of them have been brought home; -1 where there is no log. */
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Brings home what the write-ahead log holds: into the database, once it is long. SQLite would do that within a commit, and
 * sync the database then, for which the event loop stands as long as the disk takes. So it is told to write and not to
 * sync, and who asks for it syncs the database beside the event loop, and commits nothing before that is done: only a
 * commit begins the log anew, and until then it has everything, whatever of the database has reached the disk.
 *
 * All that is in the log must be on the disk before.
 */
export class Home {
  readonly #db: Database.Database;
  readonly #mostPages: number;
  readonly #look: Database.Statement<[], Checkpoint>;
  readonly #copy: Database.Statement<[], Checkpoint>;
  /** With so many pages to bring home the log is long. */
  #due: number;

  /** The log is long with so many bytes. */
  constructor(db: Database.Database, journalBytes: number) {
    this.#db = db;
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#copy = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#mostPages = Math.max(1, Math.floor(journalBytes / pageBytes(db)));
    this.#due = this.#mostPages;
  }

  get isDue(): boolean {
    return this.#pages >= this.#due;
  }

  /** Throws where the database cannot be written: the log goes on, and it is due again when that has grown by as much. */
  copy(): void {
    this.#due = this.#pages + this.#mostPages;
    // Prepared anew each time, for this pragma does its work when it is prepared.
    this.#db.pragma('synchronous = OFF');
    try {
      this.#copy.get();
    } finally {
      this.#db.pragma('synchronous = NORMAL');
    }
    this.#due = this.#pages + this.#mostPages;
  }

  /** How many there are to bring home. */
  get #pages(): number {
    const { log, checkpointed } = this.#look.get() as Checkpoint;
    return log - checkpointed;
  }
}
