import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';

/** A file that was named on the command line, and what it holds. */
export interface Input {
  /** As messages call it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Reads a file; `-` is standard input. */
export async function readInput(path: string): Promise<Input> {
  const name = path === '-' ? 'standard input' : path;
  try {
    return { name, path, bytes: path === '-' ? await buffer(process.stdin) : await readFile(path) };
  } catch (error) {
    throw badFile(`${name} cannot be read`, error);
  }
}

/**
 * Puts text in the place of a file's, at once: who reads it finds the old text or the new one, as a whole. The file
 * keeps its rights, and a link goes on pointing to it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  try {
    const target = await realpath(path);
    const { mode } = await stat(target);
    const partial = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
    try {
      await using file = await open(partial, 'wx', mode);
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  } catch (error) {
    throw badFile(`${path} cannot be written`, error);
  }
}

function badFile(what: string, error: unknown): Refusal {
  return new Refusal(failure('bad-file', `${what} (${(error as NodeJS.ErrnoException).code})`), {
    cause: error,
  });
}
