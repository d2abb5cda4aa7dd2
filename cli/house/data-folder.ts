import { mkdir } from 'node:fs/promises';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** Makes the data folder, for its owner alone, where it does not exist. Throws a Refusal `folder-failed`. */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const detail = `the data folder ${path} cannot be used (${code})`;
    throw new Refusal(failure('folder-failed', detail), { cause: error });
  }
}
