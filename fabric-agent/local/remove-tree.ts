import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const asDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Opens a directory that its mode does not let be read (open(2), Linux; Node.js does not name it). */
const pathOnly = 0o10000000;

/** What a directory is called while it is being removed. */
export function removing(folder: string): string {
  return `${folder}.removed`;
}

/**
 * Removes a directory and all in it, whatever a program has made of it: directories deeper than any path can name
 * are first moved up beside the tree, ones without permissions get them, and no link is followed. Does nothing where
 * there is nothing. Something that still writes there can make it fail.
 */
export async function removeTree(folder: string): Promise<void> {
  const pit = removing(folder);
  if (!(await exists(folder)) && !(await exists(pit))) return;
  await mkdir(pit, { recursive: true, mode: 0o700 });
  let count = 0;
  const next = () => {
    count += 1;
    return join(pit, `${process.pid}-${count}`);
  };
  if (await exists(folder)) await raise(folder, next());
  // Each directory that is emptied moves those in it up here, so there is never more than one step down.
  for (let more = true; more; ) {
    more = false;
    for await (const { name } of await opendir(pit)) {
      more = true;
      await empty(join(pit, name), next);
    }
  }
  await rmdir(pit);
}

async function empty(folder: string, next: () => string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, asDirectory);
  } catch (error) {
    if (!isCode(error, 'EACCES')) {
      await unlink(folder);
      return;
    }
    await permit(folder);
    handle = await open(folder, asDirectory);
  }
  try {
    const here = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
    await handle.chmod(0o700);
    for await (const name of names(here)) {
      const place = Buffer.concat([Buffer.from(`${here}/`), name]);
      if ((await lstat(place)).isDirectory()) await raise(place, next());
      else await unlink(place);
    }
  } finally {
    await handle.close();
  }
  await rmdir(folder);
}

/** Moves a directory; one that may not be written cannot be moved, for its '..' changes. */
async function raise(from: string | Buffer, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isCode(error, 'EACCES')) throw error;
    await permit(from);
    await rename(from, to);
  }
}

async function permit(folder: string | Buffer): Promise<void> {
  if (process.platform !== 'linux') return chmod(folder, 0o700);
  await using handle = await open(folder, pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await chmod(`/proc/self/fd/${handle.fd}`, 0o700);
}

/** The names in a directory as they are, UTF-8 or not. */
async function* names(folder: string): AsyncGenerator<Buffer> {
  // The type of `opendir` does not know that this encoding gives buffers.
  const encoding = 'buffer' as BufferEncoding;
  for await (const { name } of await opendir(folder, { encoding })) yield name as unknown as Buffer;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
