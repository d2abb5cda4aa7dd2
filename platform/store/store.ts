/**
 * The store of one service: its own database, its own file.
 *
 * A **verb** is one atomic step: it runs in a savepoint inside a commit that it shares with the other verbs of
 * the same turn of the event loop, so a verb that throws takes no neighbour along, and its promise settles only
 * after the commit is on disk. Verbs and queries run in the order in which they were begun: each sees all that
 * was begun before it, and nothing begun after it. No transaction stays open across a turn: a verb or query that
 * returns a promise is refused, and its `sql` is of no use once it has returned. Where a neighbour throws, a verb may
 * run twice, on the same state: it changes nothing but through `sql`.
 *
 * Where the disk fails, the verbs of the commit are rejected with a Refusal and the state is as before: code
 * `store-full` when there is no room, `store-failed` otherwise. Constraints that are checked only at the commit
 * (DEFERRABLE INITIALLY DEFERRED) would reject the neighbours too: schemas do without them.
 */
export interface Store {
  /**
   * Runs a verb; resolves with what it returned once its commit is durable, rejects with what it threw. `effort` says, when
   * it is durable, what its caller does when it hears of it: where all those of a commit do much, some hear of it in a later
   * turn of the event loop, in the order of the verbs.
   */
  write<T>(verb: (sql: Sql) => T, effort?: Effort): Promise<T>;
  /**
   * Runs a query, which changes nothing, after every verb that was begun before it; settles when those are
   * durable.
   */
  read<T>(query: (sql: Sql) => T): Promise<T>;
  /** Commits what was begun, then closes. Verbs and queries after it are refused with code `stopped`. */
  close(): Promise<void>;
}

/** What is done when a verb is heard of: some ten microseconds are 1. */
export type Effort = () => number;

/**
 * A value that SQL takes and gives. Numbers are bound as floating point: a column of type INTEGER makes integers
 * of them, but `@number / 2` in the text is no integer division. Integers come back as numbers, exact to 2^53.
 */
export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Record<string, SqlValue>;
/** By name, `@name` in the text; or by place, each a `?` in it, where there are many: an object of many names is slow. */
export type SqlParameters = Readonly<Record<string, SqlValue>> | readonly SqlValue[];

/**
 * Prepared statements of the engine, cached by their text. Values go in as parameters, never in the text, or no
 * cached statement is ever used twice.
 */
export interface Sql {
  /** Runs a statement that gives no rows; returns how many rows it changed. */
  run(text: string, parameters?: SqlParameters): number;
  /** Runs an INSERT that gives no rows; returns the rowid of the last row, which is cheaper than RETURNING. */
  insert(text: string, parameters?: SqlParameters): number;
  get<R extends object = Row>(text: string, parameters?: SqlParameters): R | undefined;
  all<R extends object = Row>(text: string, parameters?: SqlParameters): R[];
}
