/**
 * Writes pairs into the store FILE, each in a verb of its own, IN-FLIGHT at once, until killed or COUNT are written,
 * and prints the number of each pair once its verb has resolved, or the code with which the store refused.
 */
import { writeSync } from 'node:fs';
import { Refusal } from '../../../../platform/failure.ts';
import { openSqliteStore } from '../../../../platform/store/sqlite/open.ts';
import { limits, migrations, silent } from '../given.ts';

const [file = '', inFlight = '1', count = 'Infinity', journalBytes = '65536'] = process.argv.slice(2);
const store = await openSqliteStore({
  file,
  migrations,
  log: silent,
  limits: { ...limits, journalBytes: Number(journalBytes) },
});
const last = await store.read((sql) => sql.get<{ last: number }>('SELECT max(number) AS last FROM lefts'));
let next = (last?.last ?? 0) + 1;
const end = next + Number(count);
let refused = false;

async function write(): Promise<void> {
  while (next < end && !refused) {
    const number = next++;
    await store.write((sql) => {
      sql.run('INSERT INTO lefts (number) VALUES (@number)', { number });
      sql.run('INSERT INTO rights (number) VALUES (@number)', { number });
    });
    writeSync(1, `${number}\n`);
  }
}

const written = await Promise.allSettled(Array.from({ length: Number(inFlight) }, () => write().catch(tell)));
await store.close();
process.exitCode = written.every(({ status }) => status === 'fulfilled') ? 0 : 1;

function tell(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
  if (!refused) writeSync(1, `${error.code}\n`);
  refused = true;
}
