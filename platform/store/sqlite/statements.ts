import type Database from 'better-sqlite3';
import type { Sql, SqlValue } from '../store.ts';

type Parameters = Record<string, SqlValue>;
type Statement = Database.Statement<[Parameters]>;
type Mode = 'closed' | 'query' | 'verb';

/** The group commit alone begins and ends transactions. */
const transactionControl = /^\s*(begin|commit|end|rollback|savepoint|release)\b/i;
const none: Parameters = Object.freeze({});

/** The `sql` of verbs and queries: prepared statements, the least recently used of which are let go. */
export class Statements implements Sql {
  readonly #db: Database.Database;
  readonly #most: number;
  /** By text; a Map keeps the order of insertion, so its first entry is the one unused for longest. */
  readonly #cache = new Map<string, Statement>();
  #mode: Mode = 'closed';

  /** Keeps at most `most` prepared statements. */
  constructor(db: Database.Database, most: number) {
    this.#db = db;
    this.#most = most;
  }

  /** Runs `work` with this `sql` usable; a query may change nothing. */
  within<T>(mode: 'query' | 'verb', work: (sql: Sql) => T): T {
    const outer = this.#mode;
    this.#mode = mode;
    try {
      return work(this);
    } finally {
      this.#mode = outer;
    }
  }

  run(text: string, parameters: Parameters = none): number {
    return this.#statement(text).run(parameters).changes;
  }

  insert(text: string, parameters: Parameters = none): number {
    return Number(this.#statement(text).run(parameters).lastInsertRowid);
  }

  get<R extends object>(text: string, parameters: Parameters = none): R | undefined {
    return this.#statement(text).get(parameters) as R | undefined;
  }

  all<R extends object>(text: string, parameters: Parameters = none): R[] {
    return this.#statement(text).all(parameters) as R[];
  }

  #statement(text: string): Statement {
    if (this.#mode === 'closed') {
      throw new Error(`SQL was used after its verb or query had returned: ${text}`);
    }
    const statement = this.#cached(text) ?? this.#prepare(text);
    if (this.#mode === 'query' && !statement.readonly) {
      throw new Error(`A query may not change anything: ${text}`);
    }
    return statement;
  }

  #cached(text: string): Statement | undefined {
    const statement = this.#cache.get(text);
    if (statement === undefined) return undefined;
    this.#cache.delete(text);
    this.#cache.set(text, statement);
    return statement;
  }

  #prepare(text: string): Statement {
    if (transactionControl.test(text)) {
      throw new Error(`A verb may not begin or end a transaction: ${text}`);
    }
    const statement = this.#db.prepare<[Parameters]>(text);
    this.#cache.set(text, statement);
    if (this.#cache.size > this.#most) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return statement;
  }
}
