import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Found {
  /** Parts joined by '/', below the directory that is walked. */
  readonly path: string;
  /** 'unreadable': its name is no UTF-8, it lies too deep, or the system does not let it be looked at. */
  readonly kind: 'file' | 'directory' | 'link' | 'other' | 'unreadable';
  readonly stats: BigIntStats | undefined;
  /** Opens a file for reading, if it is still the one that was found; only while the walk stands at it. */
  open(): Promise<FileHandle | undefined>;
}

export interface WalkOptions {
  readonly folder: string;
  /** How many directories deep it goes; each holds a file descriptor open. */
  readonly depth: number;
  /** Whether to go into a directory; asked once for each. */
  readonly enter?: (path: string) => boolean;
}

const asDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** O_NONBLOCK: a FIFO that takes a file's place is not waited for. */
const asFile = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * All that lies in a directory, each directory before what is in it, even while another process moves things about:
 * no link is ever followed. On Linux each step is taken from the open directory before it, by
 * `/proc/self/fd/N/name`, so that nothing outside can be reached by swapping a directory for a link; elsewhere the
 * last part alone is safe against that.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<Found> {
  await using root = await open(options.folder, asDirectory);
  yield* below(options, root, options.folder, '', options.depth);
}

async function* below(
  options: WalkOptions,
  handle: FileHandle,
  folder: string,
  path: string,
  depth: number,
): AsyncGenerator<Found> {
  const here = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
  for await (const { name } of await opendir(here)) {
    const inner = path === '' ? name : `${path}/${name}`;
    const place = join(here, name);
    const stats = await look(place);
    if (stats === 'gone') continue;
    const kind = stats === undefined ? 'unreadable' : kindOf(stats);
    if (kind !== 'directory') {
      yield { path: inner, kind, stats, open: () => openSame(place, asFile, stats) };
      continue;
    }
    if (options.enter?.(inner) === false) continue;
    const directory = depth > 1 ? await openSame(place, asDirectory, stats) : undefined;
    if (directory === undefined) {
      yield { path: inner, kind: 'unreadable', stats, open: nothing };
      continue;
    }
    try {
      yield { path: inner, kind, stats, open: nothing };
      yield* below(options, directory, place, inner, depth - 1);
    } finally {
      await directory.close();
    }
  }
}

async function look(place: string): Promise<BigIntStats | 'gone' | undefined> {
  // A name that is no UTF-8 was read with this character in it, and cannot be found by it again.
  if (place.includes('\ufffd')) return undefined;
  try {
    return await lstat(place, { bigint: true });
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'gone' : undefined;
  }
}

async function openSame(
  place: string,
  flags: number,
  stats: BigIntStats | undefined,
): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(place, flags);
  } catch {
    return undefined;
  }
  const opened = await handle.stat({ bigint: true });
  if (opened.dev === stats?.dev && opened.ino === stats.ino && opened.mode === stats.mode) return handle;
  await handle.close();
  return undefined;
}

function kindOf(stats: BigIntStats): Found['kind'] {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  return stats.isFile() ? 'file' : 'other';
}

async function nothing(): Promise<undefined> {}
