import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const named = /^[0-9a-f]{64}$/;

/** The files of whole blobs: `ab/abcd…`, below one folder. */
export class BlobFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }

  /**
   * Gives a file, which is on disk, the place of the blob too; resolves when that is on disk. One that stands there has
   * the same bytes: it came there in the same way.
   */
  async add(hash: string, file: string): Promise<void> {
    const folder = join(this.#folder, hash.slice(0, 2));
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await syncFolder(this.#folder);
    await unless('EEXIST', link(file, this.pathOf(hash)));
    await syncFolder(folder);
  }

  remove(hash: string): Promise<void> {
    return unless('ENOENT', unlink(this.pathOf(hash)));
  }

  /** The hashes of all that stand there, a folder at a time. */
  async *all(): AsyncGenerator<string[]> {
    for (const name of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(name)) continue;
      const hashes = (await readdir(join(this.#folder, name))).filter((hash) => named.test(hash));
      if (hashes.length > 0) yield hashes;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** Waits for it; a failure of this kind is as good as none. */
export async function unless(code: string, done: Promise<void>): Promise<void> {
  await done.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== code) throw error;
  });
}
