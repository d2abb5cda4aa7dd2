import type Database from 'better-sqlite3';
import { Refusal } from '../../failure.ts';
import type { Log } from '../../log.ts';
import type { Effort, Sql, Store } from '../store.ts';
import { storeRefusal } from './faults.ts';
import { Home } from './home.ts';
import type { ConnectionLimits } from './pragmas.ts';
import { settle } from './settle.ts';
import { Statements } from './statements.ts';
import { type Queued, Step } from './step.ts';

/** What bounds one commit group, and the statements kept between them. */
export interface GroupLimits {
  /** Verbs and queries of one commit group at most (count); the rest waits for the next turn. */
  readonly groupVerbs: number;
  /** No further verb is begun in a group after this long, in milliseconds, so that the event loop is not held up. */
  readonly groupMs: number;
  /** Prepared statements kept at most (count). */
  readonly statements: number;
}

/** What puts on the disk all that was committed before, and calls back when it is there. */
export interface CommitLog {
  sync(done: (error: Error | null) => void): void;
  /** The same of what was brought home from the log to the database. */
  syncHome(done: (error: Error | null) => void): void;
  /** Once the connection is closed. */
  close(): Promise<void>;
}

/**
 * The group commit over one connection.
 *
 * Everything begun in a turn of the event loop waits for that turn's end (setImmediate) and then runs, in order,
 * in one transaction, a query at its place between the verbs. After COMMIT the log is synced once for all, beside the
 * event loop; then the promises settle, in several turns where their callers have much to do, and what came meanwhile is
 * the next group: one is on its way to the disk at a time. A query with nothing waiting before it runs at once, within the call, and settles when what it may have
 * seen is on the disk. Each way out of a group:
 *
 * - a verb throws: ROLLBACK, and the group runs once more with each verb in a savepoint of its own, which would cost
 *   every group a sixth more; ROLLBACK TO its savepoint undoes the verb alone, and its promise rejects after the commit;
 * - COMMIT fails, or SQLite gave up the whole transaction within a verb, as it does when the disk is full
 *   (https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction"): all verbs that ran are
 *   refused, the queries among them run again on the state as it was, and those not yet run go into the next group;
 * - ROLLBACK fails, or a sync does (a second one would succeed and say nothing of what the first lost,
 *   https://wiki.postgresql.org/wiki/Fsync_Errors): nothing is known of the state any more, so all that waits and all
 *   that comes is refused.
 *
 * There is one connection: everything here runs in one thread, where a second one for reading can run nothing at
 * the same time and would take the exclusive lock, and with it the promise of one writer, away.
 */
export class SqliteStore implements Store {
  readonly #db: Database.Database;
  readonly #file: string;
  readonly #limits: GroupLimits;
  readonly #log: Log;
  readonly #sql: Statements;
  readonly #control: Record<
    'begin' | 'savepoint' | 'undo' | 'release' | 'commit' | 'rollback',
    Database.Statement
  >;
  readonly #waiting: Queued[] = [];
  readonly #commits: CommitLog;
  readonly #home: Home;
  /** What ran and settles when the commits before it are on the disk, or is settling; empty where all that ran has settled. */
  #syncing: Queued[] = [];
  #broken: Refusal | undefined;
  #closed: Promise<void> | undefined;
  #drained: () => void = () => {};

  constructor(parts: {
    readonly db: Database.Database;
    readonly commits: CommitLog;
    readonly file: string;
    readonly limits: GroupLimits & Pick<ConnectionLimits, 'journalBytes'>;
    readonly log: Log;
  }) {
    const { db, commits, file, limits, log } = parts;
    this.#db = db;
    this.#commits = commits;
    this.#file = file;
    this.#limits = limits;
    this.#log = log;
    this.#sql = new Statements(db, limits.statements);
    this.#home = new Home(db, limits.journalBytes);
    this.#control = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      savepoint: db.prepare('SAVEPOINT verb'),
      undo: db.prepare('ROLLBACK TO verb'),
      release: db.prepare('RELEASE verb'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
    };
  }

  write<T>(verb: (sql: Sql) => T, effort?: Effort): Promise<T> {
    const step = new Step('verb', verb, this.#sql, this.#file, effort);
    const refusal = this.#refusal();
    if (refusal !== undefined) step.refuse(refusal);
    else this.#enqueue(step);
    return step.promise;
  }

  read<T>(query: (sql: Sql) => T): Promise<T> {
    const step = new Step('query', query, this.#sql, this.#file);
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      step.refuse(refusal);
    } else if (this.#waiting.length === 0) {
      step.run();
      if (this.#syncing.length > 0) this.#syncing.push(step);
      else step.settle();
    } else {
      this.#enqueue(step);
    }
    return step.promise;
  }

  close(): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#drained = resolve;
      if (this.#waiting.length + this.#syncing.length === 0) resolve();
    }).then(async () => {
      this.#db.close();
      await this.#commits.close();
    });
    return this.#closed;
  }

  /** Why no more is taken, if so. */
  #refusal(): Refusal | undefined {
    return this.#closed === undefined ? this.#broken : stopped(this.#file);
  }

  #enqueue(step: Queued): void {
    this.#waiting.push(step);
    if (this.#waiting.length === 1 && this.#syncing.length === 0) setImmediate(() => this.#next());
  }

  /** Commits what waits; before it, where the log has become long, that is brought home. */
  #next(): void {
    if (this.#isLogLong()) this.#bringHome();
    else this.#commitGroup();
  }

  #isLogLong(): boolean {
    try {
      return this.#home.isDue;
    } catch (error) {
      this.#warnOfLog(error);
      return false;
    }
  }

  /** First the log itself: what a process before this one committed and did not live to sync may be in it. */
  #bringHome(): void {
    this.#commits.sync((error) => {
      if (error !== null) this.#refuseAll(this.#break(error, 'what was committed did not reach the disk'));
      else if (this.#copyHome()) this.#commits.syncHome((error) => this.#broughtHome(error));
      else this.#commitGroup();
    });
  }

  /** Says whether it is in the database, where it has to reach the disk then. */
  #copyHome(): boolean {
    try {
      this.#home.copy();
      return true;
    } catch (error) {
      this.#warnOfLog(error);
      return false;
    }
  }

  #broughtHome(error: Error | null): void {
    if (error === null) this.#commitGroup();
    else this.#refuseAll(this.#break(error, 'what was brought home did not reach the disk'));
  }

  #warnOfLog(error: unknown): void {
    const { detail } = storeRefusal(error, this.#file, 'written');
    this.#log.warn('the write-ahead log cannot be brought home, and grows', { reason: detail });
  }

  #commitGroup(): void {
    const group: Queued[] = [];
    let refusal: Refusal | undefined;
    try {
      this.#runGroup(group);
    } catch (error) {
      refusal = this.#abandon(group, error);
    }
    if (this.#broken !== undefined) {
      this.#refuseAll(this.#broken);
      return;
    }
    this.#waiting.splice(0, group.length);
    if (refusal !== undefined) this.#settle(group, refusal);
    else this.#sync(group);
  }

  /** Has what a group committed put on the disk, and settles the group then. */
  #sync(group: Queued[]): void {
    if (!group.some(({ kind }) => kind === 'verb')) {
      this.#settle(group);
      return;
    }
    this.#syncing = group;
    this.#commits.sync((error) => {
      if (error !== null) {
        this.#refuseAll(this.#break(error, 'what was committed did not reach the disk'));
        return;
      }
      this.#settle(group);
    });
  }

  #settle(group: Queued[], refusal?: Refusal): void {
    this.#syncing = group; // what is read meanwhile is behind
    settle(group, refusal, () => {
      if (this.#waiting.length > 0) setImmediate(() => this.#next());
      else this.#drained();
    });
  }

  #refuseAll(broken: Refusal): void {
    for (const step of [...this.#syncing.splice(0), ...this.#waiting.splice(0)]) step.refuse(broken);
    this.#drained();
  }

  /** Runs what waits, up to the limits, and commits it; `group` tells the caller which steps have run. */
  #runGroup(group: Queued[]): void {
    if (!this.#runSteps(group, 'together')) {
      this.#control.rollback.run();
      group.length = 0;
      this.#runSteps(group, 'apart');
    }
    this.#control.commit.run();
  }

  /** Begins a transaction and runs what waits in it, up to the limits; `false` where a verb has to be undone apart. */
  #runSteps(group: Queued[], verbs: 'together' | 'apart'): boolean {
    const until = performance.now() + this.#limits.groupMs;
    this.#control.begin.run();
    for (const step of this.#waiting) {
      const full = group.length >= this.#limits.groupVerbs || performance.now() >= until;
      if (group.length > 0 && full) break;
      group.push(step);
      if (step.kind === 'verb' && verbs === 'apart') this.#runApart(step);
      else if (!step.run() && step.kind === 'verb' && this.#db.inTransaction) return false;
      if (!this.#db.inTransaction) throw step.fault ?? new Error('a statement ended the transaction');
    }
    return true;
  }

  /** Runs a verb so that it alone is undone where it throws. */
  #runApart(step: Queued): void {
    this.#control.savepoint.run();
    const done = step.run();
    if (!this.#db.inTransaction) return;
    if (!done) this.#control.undo.run();
    this.#control.release.run();
  }

  #abandon(group: readonly Queued[], error: unknown): Refusal {
    try {
      if (this.#db.inTransaction) this.#control.rollback.run();
    } catch (fault) {
      return this.#break(fault, 'a commit group could not be undone');
    }
    for (const step of group) if (step.kind === 'query') step.run();
    const refusal = storeRefusal(error, this.#file, 'written');
    this.#log.error('a commit group failed', {
      steps: group.length,
      code: refusal.code,
      reason: refusal.detail,
    });
    return refusal;
  }

  /** Takes no more from now on. */
  #break(fault: unknown, what: string): Refusal {
    this.#broken = storeRefusal(fault, this.#file, 'written');
    this.#log.error(`${what}: no more is taken`, { reason: this.#broken.detail });
    return this.#broken;
  }
}

function stopped(file: string): Refusal {
  return new Refusal({
    code: 'stopped',
    status: 503,
    detail: `The store ${file} has been closed`,
    next: 'try again when the service runs again',
  });
}
