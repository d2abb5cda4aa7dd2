import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, resolve } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { taskPath } from '../../protocol/jobs/job.ts';

/** A file of the user, and the path at which a task finds it. */
export interface InputFile {
  readonly file: string;
  readonly path: string;
  readonly executable: boolean;
}

/**
 * The files that were named, and those in directories that were. A path below the current folder stays as it is; of any
 * other the last part counts. Throws a Refusal `bad-file` or `bad-files`, before anything is sent.
 *
 * @param most how many files there may be (a count)
 */
export async function inputFiles(given: readonly string[], most: number): Promise<InputFile[]> {
  const found = new Map<string, InputFile>();
  for (const file of given)
    for await (const one of filesAt(file, placeOf(file))) {
      const other = found.get(one.path);
      if (other !== undefined && resolve(other.file) !== resolve(one.file))
        throw new Refusal(
          failure('bad-files', `${other.file} and ${one.file} would both be ${one.path} there`),
        );
      const path = taskPath.safeParse(one.path);
      if (!path.success)
        throw new Refusal(
          failure('bad-files', `${one.file}: '${one.path}' ${path.error.issues[0]?.message}`),
        );
      if (found.size >= most)
        throw new Refusal(failure('bad-files', `there are more than ${most} files`, 'send a tar of them'));
      found.set(one.path, one);
    }
  return [...found.values()];
}

/** Links are followed where they were named, and left out where they were not. */
async function* filesAt(file: string, path: string): AsyncGenerator<InputFile> {
  const stats = await stat(file).catch((error: Error) => {
    throw new Refusal(failure('bad-file', `${file} cannot be read (${error.message})`), { cause: error });
  });
  if (stats.isFile()) {
    await checkReadable(file);
    yield { file, path, executable: (stats.mode & 0o100) !== 0 };
  } else if (stats.isDirectory()) {
    const entries = await readdir(file, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (entry.isFile() || entry.isDirectory())
        yield* filesAt(join(file, entry.name), path === '' ? entry.name : `${path}/${entry.name}`);
  } else
    throw new Refusal(failure('bad-files', `${file} is no regular file`, 'copy what it gives into a file'));
}

async function checkReadable(file: string): Promise<void> {
  try {
    await using _handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const detail = `${file} cannot be read (${(error as Error).message})`;
    throw new Refusal(failure('bad-file', detail), { cause: error });
  }
}

/** Where a task finds what was named so; the current folder itself is its directory. */
function placeOf(file: string): string {
  const plain = normalize(file).replace(/\/$/, '');
  if (plain === '.') return '';
  return isAbsolute(plain) || plain === '..' || plain.startsWith('../') ? basename(resolve(file)) : plain;
}
