import type { BenchContext } from '../harness/bench.ts';
import { Child } from '../harness/child.ts';
import type { Side } from '../harness/rounds.ts';
import type { MatchingReply, MatchingRequest } from '../programs/matching.ts';

/** What the benches of matching share. */

export type Matching = Child<MatchingRequest, MatchingReply>;

/** Tells that are told before it is said how many there are. */
const tellsAStep = 200_000;

/** Groups of three digits, whatever the reader's country. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * A table of so many Tells in a process of its own, indexed as a market's is or plain, its answers compared with
 * libclassad's where those are known.
 */
export async function matchingChild(
  tells: number,
  indexed: boolean,
  { say }: BenchContext,
): Promise<Matching> {
  // A million Tells take more than Node.js gives a process unless told; more than is there it does not take.
  const child: Matching = new Child(new URL('../programs/matching.ts', import.meta.url), [
    '--max-old-space-size=12288',
  ]);
  for (let told = 0; told < tells; ) {
    say(`telling ${counted(tells)} machines${told === 0 ? '' : `: ${counted(told)} are told`}`);
    told = Math.min(tells, told + tellsAStep);
    await child.call({ kind: 'fill', tells: told, indexed });
  }
  const { rate: same } = await child.call({ kind: 'check' });
  if (same > 0) say(`${counted(same)} answers over ${counted(tells)} machines equal libclassad's`);
  return child;
}

/** What was measured once, elsewhere, and stands in every round. */
export function recorded(what: string, rate: number): Side {
  return { what: `recorded: ${what}`, run: async () => rate };
}
