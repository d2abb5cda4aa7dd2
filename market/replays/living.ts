import type { Slices } from '../../platform/slices.ts';
import type { MarketLog } from '../log.ts';

/** Places that one step reads. */
const placesAStep = 1_000;
/** Events among which one step looks for ends. The index alone answers, so they may be many; a step is some milliseconds at most. */
const endsAStep = 10_000;

/**
 * The places of the Tells that lived at a cursor, in any order, for each says when it was told; nothing where they are more
 * than `most`. It looks in steps, between which others have their turn, so the log may grow meanwhile.
 */
export async function livingAt(
  cursor: number,
  most: number,
  { log, slices }: { readonly log: MarketLog; readonly slices: Slices },
): Promise<number[] | undefined> {
  const begun = await log.reach();
  const living: number[] = [];
  for (let after = 0; living.length <= most; ) {
    const some = await log.livingSince(cursor, after, placesAStep);
    for (const place of some) living.push(place);
    const last = some.at(-1);
    if (last === undefined) break;
    after = last;
    await slices.rest();
  }
  // Those that ended after it; the ones that ended while we looked at those that live may be among them.
  const ended: number[] = [];
  const { head } = await log.reach();
  for (let from = cursor; from < head && living.length + ended.length <= most; from += endsAStep) {
    const until = from + endsAStep;
    for (const place of await log.endedSince(cursor, from, until)) {
      if (until <= begun.head || !isAmong(living, place)) ended.push(place);
    }
    await slices.rest();
  }
  return living.length + ended.length > most ? undefined : living.concat(ended);
}

/** Whether a number is one of some that ascend. */
function isAmong(numbers: readonly number[], number: number): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number;
}
