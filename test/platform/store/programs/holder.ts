/** Opens the store in a folder, says `held` or the sentence of the refusal, and lives until its input ends. */
import { join } from 'node:path';
import { Refusal, sentence } from '../../../../platform/failure.ts';
import { openSqliteStore } from '../../../../platform/store/sqlite/open.ts';
import { limits, migrations, silent } from '../given.ts';

const [folder = ''] = process.argv.slice(2);

try {
  const store = await openSqliteStore({ file: join(folder, 'test.db'), migrations, log: silent, limits });
  process.stdin.on('end', () => store.close());
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stdout.write(`${sentence(error)}\n`);
}
