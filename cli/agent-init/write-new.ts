import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/**
 * Writes a file that only its owner reads, whole or not at all; `check` looks at it before anybody else can. Throws a
 * Refusal `bad-file` where one of that name is there, unless that is to be replaced, and where it cannot be written.
 */
export async function writeNew(
  file: string,
  text: string,
  { replaces, check }: { readonly replaces: boolean; readonly check: (file: string) => void },
): Promise<void> {
  const trial = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    {
      await using handle = await open(trial, 'wx', 0o600);
      await handle.writeFile(text);
      await handle.sync();
    }
    check(trial);
    if (replaces) await rename(trial, file);
    else await link(trial, file); // unlike a rename this never takes another's place
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw (error as NodeJS.ErrnoException).code === 'EEXIST'
      ? isThere(file)
      : unwritable(file, error as Error);
  } finally {
    await rm(trial, { force: true });
  }
}

export function isThere(file: string): Refusal {
  return new Refusal(failure('bad-file', `${file} is there already`, 'name another file, or say --force'));
}

function unwritable(file: string, error: Error): Refusal {
  return new Refusal(
    failure('bad-file', `${file} cannot be written (${error.message})`, 'name another file'),
  );
}
