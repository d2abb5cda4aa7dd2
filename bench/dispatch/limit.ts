import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LineProgram } from '../harness/line-program.ts';

/** What the loop in C does: each program with a folder and an entry in a journal on the disk, or fork and exec alone. */
export type Loop = 'durable' | 'bare';

/** Programs that it runs at once: with more it is no faster on machines of few cores. */
const atOnce = 16;

/** The loop in C (`peers/fork-loop.c`), which is compiled first; resolves with how many seconds so many programs took. */
export async function forkLoop(
  folder: string,
  running: AsyncDisposableStack,
): Promise<(loop: Loop, count: number) => Promise<number>> {
  await mkdir(folder);
  const source = fileURLToPath(new URL('../peers/fork-loop.c', import.meta.url));
  const binary = join(folder, 'fork-loop');
  await promisify(execFile)('gcc', ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-o', binary, source]);
  const program = running.use(await LineProgram.start(binary, [folder]));
  return async (loop, count) => Number(await program.ask(`${loop} ${count} ${atOnce}`));
}
