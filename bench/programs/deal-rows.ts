import { join } from 'node:path';
import Database from 'better-sqlite3';
import { storeLimits } from '../../cli/house/limits.ts';
import { setPragmas } from '../../platform/store/sqlite/pragmas.ts';
import { defaultConfig } from '../harness/house.ts';
import { answerParent } from '../harness/program.ts';
import type { DealRows } from './standing-deals.ts';

/**
 * The rows of deals in plain tables, without an index and without a broker: of so many deals what the Ask writes in one
 * commit, then what the Accept writes in another. The reply is how many deals a second.
 */
export interface DealRowsRequest {
  readonly folder: string;
  readonly rows: DealRows;
  readonly dealsACommit: number;
  readonly windowMs: number;
}

type Value = string | number | bigint | Uint8Array | null;

/** What stands there from the Ask on; of the others the first row is the Ask's, the rest the Accept's. */
const ofAsk: ReadonlySet<string> = new Set(['deals', 'holds']);
const ofAccept: ReadonlySet<string> = new Set(['transfers', 'accounts']);

answerParent<DealRowsRequest, number>(async ({ folder, rows, dealsACommit, windowMs }) => {
  const db = new Database(join(folder, `deal-rows-${dealsACommit}.db`));
  try {
    setPragmas(db, storeLimits(defaultConfig()));
    db.pragma('synchronous = FULL'); // the store syncs its commits itself, beside the event loop
    const [asking, accepting] = [new Inserts(db), new Inserts(db)];
    for (const [table, all] of Object.entries(rows))
      for (const [index, row] of all.entries()) {
        const isOfAsk = ofAsk.has(table) || (!ofAccept.has(table) && index === 0);
        (isOfAsk ? asking : accepting).add(table, row);
      }
    const moved = ['deals', 'holds'].map((table) =>
      db.prepare(`UPDATE ${table} SET moved = ? WHERE rowid = ?`),
    );
    const begun = performance.now();
    const until = begun + windowMs;
    let deals = 0;
    while (performance.now() < until) {
      db.exec('BEGIN IMMEDIATE');
      const asked: Map<string, number | bigint>[] = [];
      for (let deal = 0; deal < dealsACommit; deal += 1) asked.push(asking.run());
      db.exec('COMMIT');
      db.exec('BEGIN IMMEDIATE');
      for (const keys of asked) {
        for (const [index, table] of ['deals', 'holds'].entries())
          moved[index]?.run('active', keys.get(table) ?? 0);
        accepting.run();
      }
      db.exec('COMMIT');
      deals += dealsACommit;
    }
    return (deals * 1_000) / (performance.now() - begun);
  } finally {
    db.close();
  }
});

/** Rows that are inserted together. */
class Inserts {
  readonly #db: Database.Database;
  readonly #all: {
    readonly table: string;
    readonly insert: Database.Statement;
    readonly values: readonly Value[];
  }[] = [];

  constructor(db: Database.Database) {
    this.#db = db;
  }

  add(table: string, row: Readonly<Record<string, Value>>): void {
    const columns = Object.keys(row);
    this.#db.exec(`CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')}, moved)`);
    const marks = columns.map(() => '?').join(', ');
    const insert = this.#db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`);
    this.#all.push({ table, insert, values: Object.values(row) });
  }

  /** The rowids of what was inserted last, by table. */
  run(): Map<string, number | bigint> {
    const keys = new Map<string, number | bigint>();
    for (const { table, insert, values } of this.#all) keys.set(table, insert.run(...values).lastInsertRowid);
    return keys;
  }
}
