import type Database from 'better-sqlite3';
import type { Sql, SqlParameters, SqlValue } from '../store.ts';

type Mode = 'closed' | 'query' | 'verb';

/** A statement that is kept. */
interface Kept {
  readonly statement: Database.Statement<[readonly SqlValue[]]>;
  /** Its parameters by their places: to bind by name takes the driver twice as long. */
  readonly names: readonly string[];
  readonly isQuery: boolean;
  /** The count of uses when it was used last. */
  used: number;
}

/** The group commit alone begins and ends transactions. */
const transactionControl = /^\s*(begin|commit|end|rollback|savepoint|release)\b/i;
const parameter = /@(\w+)/g;
const none: SqlParameters = Object.freeze([]);

/** The `sql` of verbs and queries: prepared statements, the least recently used of which are let go. */
export class Statements implements Sql {
  readonly #db: Database.Database;
  readonly #most: number;
  /** By text. */
  readonly #kept = new Map<string, Kept>();
  #uses = 0;
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

  run(text: string, parameters: SqlParameters = none): number {
    const { statement, names } = this.#statement(text);
    return statement.run(valuesOf(names, parameters)).changes;
  }

  insert(text: string, parameters: SqlParameters = none): number {
    const { statement, names } = this.#statement(text);
    return Number(statement.run(valuesOf(names, parameters)).lastInsertRowid);
  }

  get<R extends object>(text: string, parameters: SqlParameters = none): R | undefined {
    const { statement, names } = this.#statement(text);
    return statement.get(valuesOf(names, parameters)) as R | undefined;
  }

  all<R extends object>(text: string, parameters: SqlParameters = none): R[] {
    const { statement, names } = this.#statement(text);
    return statement.all(valuesOf(names, parameters)) as R[];
  }

  #statement(text: string): Kept {
    if (this.#mode === 'closed') {
      throw new Error(`SQL was used after its verb or query had returned: ${text}`);
    }
    const kept = this.#kept.get(text) ?? this.#prepare(text);
    if (this.#mode === 'query' && !kept.isQuery) {
      throw new Error(`A query may not change anything: ${text}`);
    }
    this.#uses += 1;
    kept.used = this.#uses;
    return kept;
  }

  #prepare(text: string): Kept {
    if (transactionControl.test(text)) {
      throw new Error(`A verb may not begin or end a transaction: ${text}`);
    }
    const names: string[] = [];
    const byPlace = text.replaceAll(parameter, (_, name: string) => {
      names.push(name);
      return '?';
    });
    const statement = this.#db.prepare<[readonly SqlValue[]]>(byPlace);
    const kept = { statement, names, isQuery: statement.readonly, used: this.#uses };
    if (this.#kept.size >= this.#most) this.#letGo();
    this.#kept.set(text, kept);
    return kept;
  }

  #letGo(): void {
    const [first, ...others] = this.#kept;
    if (first === undefined) return;
    const [oldest] = others.reduce((least, one) => (one[1].used < least[1].used ? one : least), first);
    this.#kept.delete(oldest);
  }
}

function valuesOf(names: readonly string[], parameters: SqlParameters): readonly SqlValue[] {
  if (isByPlace(parameters)) return parameters;
  const values: SqlValue[] = [];
  for (const name of names) values.push(parameters[name] as SqlValue); // the engine refuses one that is missing
  return values;
}

function isByPlace(parameters: SqlParameters): parameters is readonly SqlValue[] {
  return Array.isArray(parameters);
}
