import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** Makes the data folder, for its owner alone, where it does not exist. Throws a Refusal `folder-failed`. */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await makeWithParents(resolve(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const detail = `the data folder ${path} cannot be used (${code})`;
    throw new Refusal(failure('folder-failed', detail), { cause: error });
  }
}

/** Part by part: `recursive` of Node.js never ends where a folder that exists takes no other, such as /proc. */
async function makeWithParents(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeWithParents(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory() !== true) throw error;
  }
}
