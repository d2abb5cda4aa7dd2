import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf } from './blobs.ts';

/** A file that was kept before. */
export interface FoundFile {
  /** Below the folder: a broker, and the name of the input. */
  readonly path: string;
  readonly bytes: number;
  /** When it was noted last that a task took it, in milliseconds since 1970. */
  readonly usedAt: number;
}

/** Files that are looked at together (a count). */
const filesAtOnce = 64;

/** Finds what was kept for these brokers, and removes all else: what a crash left half, and what was for others. */
export async function findFiles(folder: string, brokers: readonly string[]): Promise<FoundFile[]> {
  for (const broker of brokers) await mkdir(join(folder, broker), { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder))
    if (!brokers.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  const found: FoundFile[] = [];
  for (const broker of brokers) {
    const paths = (await readdir(join(folder, broker))).map((name) => `${broker}/${name}`);
    for (let first = 0; first < paths.length; first += filesAtOnce) {
      const some = paths.slice(first, first + filesAtOnce);
      const files = await Promise.all(some.map((path) => findFile(folder, path)));
      found.push(...files.filter((file) => file !== undefined));
    }
  }
  return found;
}

async function findFile(folder: string, path: string): Promise<FoundFile | undefined> {
  const file = join(folder, path);
  const stats = await lstat(file);
  if (stats.isFile() && /\/[0-9a-f]{64}$/.test(path))
    return { path, bytes: stats.size, usedAt: stats.mtimeMs };
  await rm(file, { recursive: true, force: true });
  return undefined;
}

/**
 * Copies a file, sharing its blocks where the file system can, first to `copy`: it gets its name once it is whole and
 * `check` has passed it.
 */
export async function copyWhole(
  from: string,
  to: string,
  copy: string,
  check: (copy: string) => Promise<void> = async () => {},
): Promise<void> {
  try {
    await copyFile(from, copy, constants.COPYFILE_FICLONE);
    await check(copy);
    await rename(copy, to);
  } catch (error) {
    await rm(copy, { force: true }).catch(() => {});
    throw error;
  }
}

/** Rejects where the bytes of a file are not those of a blob, and where the signal aborts. */
export async function mustBe(
  file: string,
  { blob, bytes }: { readonly blob: string; readonly bytes: number },
  signal: AbortSignal,
): Promise<void> {
  await using handle = await open(file, 'r');
  const isWhole = (await handle.stat()).size === bytes;
  if (!isWhole || (await hashOf(handle, bytes, signal)).blob !== blob)
    throw new Error(`${file} is not ${blob}`);
}

/** Whether a disk, or what its owner lets this user have of it, is full. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** Bytes that are left on the disk of a folder. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether what one folder lets go is room in the other; of a folder that is not there nobody knows. */
export async function isOneDisk(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((folder) => lstat(folder).catch(() => undefined)));
  return one !== undefined && one.dev === other?.dev;
}
