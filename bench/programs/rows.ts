import { join } from 'node:path';
import Database from 'better-sqlite3';
import { storeLimits } from '../../cli/house/limits.ts';
import { setPragmas } from '../../platform/store/sqlite/pragmas.ts';
import { defaultConfig } from '../harness/house.ts';
import { brokerOf, tellText } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';

/** Rows of a Tell's size into a plain table: so many a transaction. The reply is how many rows a second. */
export interface RowsRequest {
  readonly folder: string;
  readonly rowsATransaction: number;
  readonly windowMs: number;
}

answerParent<RowsRequest, number>(async ({ folder, rowsATransaction, windowMs }) => {
  const db = new Database(join(folder, `rows-${rowsATransaction}.db`));
  try {
    setPragmas(db, storeLimits(defaultConfig()));
    db.pragma('synchronous = FULL'); // the store syncs its commits itself, beside the event loop
    db.exec(
      'CREATE TABLE IF NOT EXISTS rows (application TEXT, broker_ip TEXT, document TEXT, expires_at INTEGER) STRICT',
    );
    const insert = db.prepare('INSERT INTO rows VALUES (?, ?, ?, ?)');
    const begun = performance.now();
    const until = begun + windowMs;
    let rows = 0;
    while (performance.now() < until) {
      db.exec('BEGIN IMMEDIATE');
      for (let row = 0; row < rowsATransaction; row += 1) {
        const application = `gcc4.${rows}`;
        insert.run(application, brokerOf(rows), tellText(application, brokerOf(rows)), rows);
        rows += 1;
      }
      db.exec('COMMIT');
    }
    return (rows * 1_000) / (performance.now() - begun);
  } finally {
    db.close();
  }
});
