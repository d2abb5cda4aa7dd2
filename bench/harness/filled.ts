import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FillRequest } from '../programs/fill.ts';
import type { BenchContext } from './bench.ts';
import { Child } from './child.ts';

/**
 * The data folder of a market that holds so many Tells and is not running. It is made once a run, and each bench that
 * opens a market over it leaves it as it was.
 */
export async function filledFolder(
  tells: number,
  what: FillRequest['what'],
  { shared, say }: BenchContext,
): Promise<string> {
  const data = join(shared, `${what}-${tells}`);
  const isMade = await access(data).then(
    () => true,
    () => false,
  );
  if (isMade) return data;
  say(`filling a market with ${tells.toLocaleString('en-US')} Tells`);
  await using child = new Child<FillRequest, number>(new URL('../programs/fill.ts', import.meta.url));
  await child.call({ data, tells, what });
  return data;
}
