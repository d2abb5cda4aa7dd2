import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Place } from '../back-ends/back-end.ts';
import { removeTree } from '../local/remove-tree.ts';
import { createTurns } from '../local/turns.ts';
import { walk } from '../local/walk.ts';
import type { Sftp } from './sftp.ts';
import { kindOf } from './sftp.ts';
import type { Attributes } from './sftp-packets.ts';

/** How much is brought back of what a program left. */
export interface CarryBounds {
  /** Bytes of all files together. */
  readonly totalBytes: number;
  /** Files and folders (a count). */
  readonly entries: number;
  /** Folders (a count) that a path goes down. */
  readonly depth: number;
}

/** Files (a count) that are carried at once. */
const filesAtOnce = 8;
/**
 * When input files were last changed, as they are put there, in seconds since 1970: what has another time has been written to
 * since. SFTP tells times in whole seconds, so that one of now would not tell.
 */
const inputSeconds = 1_000_000_000;
/** Bits of a mode: rights of the owner. */
const rights = { file: 0o600, program: 0o700 };

/**
 * Puts the files of a task where it works on the other host: `work` is there with all of them, or not at all. `aside` is a path
 * that nobody else uses, in the same file system.
 */
export async function putInputs(
  sftp: Sftp,
  from: string,
  aside: string,
  work: string,
  depth: number,
): Promise<void> {
  const turns = createTurns(filesAtOnce);
  const never = new AbortController().signal;
  const carried: Promise<void>[] = [];
  await sftp.makeFolder(aside);
  for await (const { path, kind, stats } of walk({ folder: from, depth })) {
    const there = join(aside, path);
    if (kind === 'directory') await sftp.makeFolder(there);
    if (kind !== 'file') continue;
    const leave = await turns.enter(never);
    const mode = (Number(stats?.mode ?? 0n) & 0o100) === 0 ? rights.file : rights.program;
    const one = sftp
      .write(there, createReadStream(join(from, path)), { mode })
      .then(() => sftp.setTime(there, inputSeconds))
      .finally(leave);
    one.catch(() => {}); // it is awaited with all the others
    carried.push(one);
  }
  await Promise.all(carried);
  await sftp.rename(aside, work);
}

/** What was brought back, as far as it was not all: why, as a sentence. */
export type Shortfall = string | undefined;

/**
 * Brings what a program has left in its folder there into that here, in which its input files lie as they were. What it has not
 * written to stays. It does not trust what it is told: no name leads out of the folder, links are not followed, and no more
 * comes than the bounds say.
 */
export async function bringResults(
  sftp: Sftp,
  from: string,
  place: Place,
  bounds: CarryBounds,
): Promise<Shortfall> {
  const found = await sftp.look(from);
  if (found === undefined || kindOf(found) !== 'folder') return undefined;
  await mkdir(place.work, { recursive: true, mode: 0o700 });
  return new Bringing(sftp, place, bounds).folder(from, '', bounds.depth);
}

class Bringing {
  readonly #sftp: Sftp;
  readonly #place: Place;
  readonly #bounds: CarryBounds;
  readonly #turns = createTurns(filesAtOnce);
  readonly #never = new AbortController().signal;
  #entries = 0;
  #bytes = 0;
  #parts = 0;

  constructor(sftp: Sftp, place: Place, bounds: CarryBounds) {
    this.#sftp = sftp;
    this.#place = place;
    this.#bounds = bounds;
  }

  async folder(from: string, path: string, depth: number): Promise<Shortfall> {
    const carried: Promise<void>[] = [];
    const folders: string[] = [];
    const { entries, totalBytes } = this.#bounds;
    let shortfall: Shortfall;
    for (const { name, attributes } of await this.#sftp.list(from)) {
      const inner = path === '' ? name : `${path}/${name}`;
      // A name that is no UTF-8 cannot be asked for again.
      if (name.includes('\ufffd')) continue;
      const kind = kindOf(attributes);
      if (kind === 'file' && isAsItWas(attributes)) continue;
      this.#entries += 1;
      if (this.#entries > entries) {
        shortfall = `the program left more than ${entries} files and directories; what came after was not sent`;
        break;
      }
      if (kind === 'folder') folders.push(name);
      else if (kind === 'link') await this.#standIn(inner);
      if (kind !== 'file') continue;
      this.#bytes += attributes.bytes ?? 0;
      if (this.#bytes > totalBytes) {
        shortfall = `the program left more than ${totalBytes} bytes; what came after was not sent`;
        break;
      }
      const leave = await this.#turns.enter(this.#never);
      const one = this.#file(`${from}/${name}`, inner, attributes).finally(leave);
      one.catch(() => {}); // it is awaited with all the others
      carried.push(one);
    }
    await Promise.all(carried);
    for (const name of folders) {
      if (shortfall !== undefined) break;
      const inner = path === '' ? name : `${path}/${name}`;
      await this.#makeFolder(join(this.#place.work, inner));
      if (depth > 1) shortfall = await this.folder(`${from}/${name}`, inner, depth - 1);
    }
    return shortfall;
  }

  async #file(from: string, path: string, { bytes = 0, mode = 0 }: Attributes): Promise<void> {
    this.#parts += 1;
    const part = join(this.#place.folder, `part.${this.#parts}`);
    await rm(part, { force: true });
    {
      await using file = await open(part, 'wx', rights.file);
      for await (const piece of this.#sftp.read(from, 0, bytes)) await file.writeFile(piece);
    }
    if ((mode & 0o100) !== 0) await chmod(part, rights.program);
    const target = join(this.#place.work, path);
    await this.#clear(target, 'file');
    await rename(part, target);
  }

  /** In the place of a link there is one here that leads nowhere: so it is named among what is not sent. */
  async #standIn(path: string): Promise<void> {
    const target = join(this.#place.work, path);
    await this.#clear(target, 'link');
    await symlink('on-another-host', target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // from before a crash
    });
  }

  async #makeFolder(target: string): Promise<void> {
    await this.#clear(target, 'folder');
    await mkdir(target, { recursive: true, mode: 0o700 });
  }

  /** Takes away what is of another kind, which the program has put something else in the place of. */
  async #clear(target: string, wanted: 'file' | 'folder' | 'link'): Promise<void> {
    const stats = await lstat(target).catch(() => undefined);
    if (stats === undefined) return;
    const is = stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'file';
    if (is === wanted) return;
    if (is === 'folder') await removeTree(target);
    else await rm(target, { force: true });
  }
}

/** Whether a file is an input that nothing was written to. */
function isAsItWas({ changedSeconds, mode = 0 }: Attributes): boolean {
  return changedSeconds === inputSeconds && (mode & 0o777 & ~rights.program) === 0;
}

/** Adds to a file here what has come to one there, which is only ever added to; at most so many bytes are had of it. */
export async function follow(sftp: Sftp, from: string, to: string, mostBytes: number): Promise<void> {
  const there = await sftp.look(from);
  if (there === undefined || kindOf(there) !== 'file') return;
  const here = (await lstat(to).catch(() => undefined))?.size ?? 0;
  const end = Math.min(there.bytes ?? 0, mostBytes);
  if (end <= here) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await using file = await open(to, 'a', rights.file);
  for await (const piece of sftp.read(from, here, end - here)) await file.writeFile(piece);
}
