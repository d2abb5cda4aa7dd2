import { type Bits, bitsIn, noBits, segmentPlaces, segmentWords, setBit } from './bits.ts';

/** One look at an index: which places it leaves, as sets of bits and lists that are not to be changed. */
export interface Step {
  /** Places that are left: all of these … */
  readonly sets: readonly Bits[];
  readonly lists: readonly (readonly number[])[];
  /** … but these … */
  readonly but: Bits | undefined;
  /** … and those of which the index says nothing: the places of `others`, or with `isRest` all but them. */
  readonly others: Bits;
  readonly isRest: boolean;
}

/** Sets that are written while steps are taken, so that none are made for it. */
export interface Scratch {
  /** The places that are left. */
  readonly left: Bits;
  readonly found: Bits;
  /** What is left, as a list. */
  readonly places: Int32Array;
}

export function newScratch(): Scratch {
  return { left: noBits(), found: noBits(), places: new Int32Array(segmentPlaces) };
}

const none = noBits();

/** Leaves in `left` what the step leaves, and returns how many places that are. */
export function take(step: Step, { left, found }: Scratch): number {
  const { but, others, isRest } = step;
  const all = united(step, found);
  if (but === undefined && isRest) return takeRest(all, others, left);
  const flip = isRest ? -1 : 0;
  let count = 0;
  for (let word = 0; word < segmentWords; word += 1) {
    const bits = left[word] as number;
    if (bits === 0) continue;
    const of = (all[word] as number) & ~(but?.[word] ?? 0);
    const kept = bits & (of | ((others[word] as number) ^ flip));
    left[word] = kept;
    count += bitsIn(kept);
  }
  return count;
}

/** The same where all are left but those of `others` that are not found: what most steps are. */
function takeRest(found: Bits, others: Bits, left: Bits): number {
  let count = 0;
  for (let word = 0; word < segmentWords; word += 1) {
    const bits = left[word] as number;
    if (bits === 0) continue;
    const kept = bits & ((found[word] as number) | ~(others[word] as number));
    left[word] = kept;
    count += bitsIn(kept);
  }
  return count;
}

/** All that is found; written to `all` unless it is one set already. */
function united({ sets, lists }: Step, all: Bits): Bits {
  const [first = none, ...more] = sets;
  if (more.length === 0 && lists.length === 0) return first;
  all.set(first);
  for (const bits of more) {
    for (let word = 0; word < segmentWords; word += 1) {
      all[word] = (all[word] as number) | (bits[word] as number);
    }
  }
  for (const list of lists) for (const place of list) setBit(all, place);
  return all;
}
