import { closeSync, fdatasync, linkSync, openSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';

/**
 * The write-ahead log of a database and the database itself, as what was written to them is put on the disk: by a thread
 * of Node.js's own, while the event loop goes on. SQLite itself, with `synchronous=NORMAL`, syncs the log's head where it
 * begins anew, but no commit (https://sqlite.org/pragma.html#pragma_synchronous); `home.ts` says when the log comes home.
 *
 * The files are there for as long as the connection is open, and are no others in that time: SQLite begins the log anew in
 * place. Its locks are on the database, and closing any descriptor of that in this process lets go of them: so it is
 * opened once the connection has them, and closed when that is closed.
 */
export class LogFile {
  readonly #file: string;
  readonly #log: number;
  readonly #database: number;

  /** `file` is the database, open in WAL mode. */
  constructor(file: string) {
    this.#file = file;
    this.#log = openSync(`${file}-wal`, 'r+'); // macOS syncs what is open for writing alone
    this.#database = openSync(file, 'r+');
  }

  /** Calls back once all that was committed before is on the disk, or cannot be said to be. */
  sync(done: (error: Error | null) => void): void {
    fdatasync(this.#log, done);
  }

  /**
   * Calls back once what was brought home is on the disk. Where that cannot be said, only the log has it, and SQLite,
   * which believes it home, removes that when it closes: so it is kept under another name for the next who opens.
   */
  syncHome(done: (error: Error | null) => void): void {
    fdatasync(this.#database, (error) => {
      if (error !== null) keepLog(this.#file);
      done(error);
    });
  }

  /** To be called once the connection is closed. */
  async close(): Promise<void> {
    closeSync(this.#log);
    closeSync(this.#database);
  }
}

function keptLog(file: string): string {
  return `${file}-wal-kept`;
}

function keepLog(file: string): void {
  try {
    linkSync(`${file}-wal`, keptLog(file));
  } catch {
    // The disk fails: no more can be done, and no more is taken.
  }
}

/** Before a database is opened: where its log was kept, that is its log again. */
export async function takeKeptLog(file: string): Promise<void> {
  try {
    await rename(keptLog(file), `${file}-wal`);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Once the database is open, and locked, before anything is written: lets go of a second name that its log still has, where
 * who kept it was killed. With that, an old log would come over what is written from now on. Returns false where another
 * log is kept: who had the database open has closed it just now, and it is to be opened anew.
 */
export async function letGoOfKeptLog(file: string): Promise<boolean> {
  try {
    const [kept, log] = await Promise.all([keptLog(file), `${file}-wal`].map((name) => stat(name)));
    if (kept?.dev !== log?.dev || kept?.ino !== log?.ino) return false;
    await rm(keptLog(file));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return true;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
