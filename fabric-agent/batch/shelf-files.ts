import { watch } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a shelf does with files, wherever they lie; absolute paths. */
export interface ShelfFiles {
  /** Makes a folder for this user alone, with those around it, as far as they are not there. */
  makeFolder(folder: string): Promise<void>;
  names(folder: string): Promise<readonly string[]>;
  /** A file as text; undefined where it is not there. */
  read(file: string): Promise<string | undefined>;
  /** Puts a file in the place of what is there; `aside` is a path in the same folder that nobody else uses. */
  put(aside: string, file: string, content: string | Buffer): Promise<void>;
  /** Makes a file that lasts, unless it is there; whether it was made here. */
  make(aside: string, file: string, text: string): Promise<boolean>;
  remove(file: string): Promise<void>;
  /** When a file was last changed, in milliseconds since 1970; undefined where it is not there. */
  changedMs(file: string): Promise<number | undefined>;
  /** Calls `heard` when something in a folder may have changed, as far as that is told. Returns what ends it. */
  watch(folder: string, heard: () => void): () => void;
}

/** Files that this machine sees, its own or those of a file system that it shares. */
export const filesHere: ShelfFiles = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  },
  names: (folder) => readdir(folder),
  read: (file) => unlessGone(readFile(file, 'utf8')),
  async put(aside, file, content) {
    await writeFile(aside, content, { mode: 0o600, flag: 'wx' });
    await rename(aside, file);
  },
  async make(aside, file, text) {
    await writeFile(aside, text, { mode: 0o600, flag: 'wx', flush: true });
    try {
      await link(aside, file);
    } catch (error) {
      // Where the answer of a server was lost, the number of links tells.
      const { nlink } = await stat(aside);
      if (nlink !== 2 && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      if (nlink !== 2) throw error;
    } finally {
      await rm(aside, { force: true });
    }
    await using folder = await open(dirname(file));
    await folder.sync();
    return true;
  },
  async remove(file) {
    await rm(file, { force: true });
  },
  async changedMs(file) {
    return (await unlessGone(stat(file)))?.mtimeMs;
  },
  watch(folder, heard) {
    try {
      const watcher = watch(folder, { persistent: false }, heard);
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      return () => {}; // there is no more of what the system watches by
    }
  },
};

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
