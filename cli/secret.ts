import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';

/**
 * A secret, from a file that nobody else can read, or from standard input where there is no file. What is an argument or
 * stands in the environment, others can read.
 */
export async function readSecret(file: string | undefined): Promise<string> {
  if (file === undefined) return (await text(process.stdin)).trim();
  let mode: number;
  let secret: string;
  try {
    mode = (await stat(file)).mode;
    secret = await readFile(file, 'utf8');
  } catch (error) {
    const detail = `${file} cannot be read (${(error as Error).message})`;
    throw new Refusal(failure('bad-file', detail), { cause: error });
  }
  if ((mode & 0o077) === 0) return secret.trim();
  throw new Refusal(
    failure('bad-file', `${file} is open to others`, `let only yourself read it: chmod 600 ${file}`),
  );
}
