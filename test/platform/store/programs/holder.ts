/**
 * Takes the data folder, or opens the store in it, says `held` or the sentence of the refusal, and lives until its
 * input ends. With `child` it has a child process, which outlives it and whose id it says.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Refusal, sentence } from '../../../../platform/failure.ts';
import { lockFolder } from '../../../../platform/store/sqlite/folder-lock.ts';
import { openSqliteStore } from '../../../../platform/store/sqlite/open.ts';
import { limits, migrations, silent } from '../given.ts';

const [what, folder = ''] = process.argv.slice(2);

async function hold(): Promise<string> {
  if (what === 'store') {
    const store = await openSqliteStore({ file: join(folder, 'test.db'), migrations, log: silent, limits });
    process.stdin.on('end', () => store.close());
    return 'held';
  }
  const lock = await lockFolder(folder);
  process.stdin.on('end', () => lock.release());
  if (what !== 'child') return 'held';
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
  child.unref();
  return `held ${child.pid}`;
}

try {
  process.stdout.write(`${await hold()}\n`);
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stdout.write(`${sentence(error)}\n`);
}
