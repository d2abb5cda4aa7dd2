import type { Document1 } from '../../grammar/index.ts';
import { readClassAds } from './read.ts';
import { tellOf } from './tell.ts';

/** What became of the ads of a text. */
export interface Conversion {
  readonly ads: number;
  readonly tells: readonly Document1[];
  /** How often what was left out of the Tells, as `Requirements: an expression`, most often first. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** How many ads gave no Tell, by why. */
  readonly refused: ReadonlyMap<string, number>;
  /** The numbers of the lines that are no attribute. */
  readonly strays: readonly number[];
}

/** Turns ads of machines, as `condor_status -long` prints them, into Tells of version 1.0. */
export function tellsFromClassAds(text: string, brokerAddress: string): Conversion {
  const { ads, strays } = readClassAds(text);
  const tells: Document1[] = [];
  const leftOut = new Map<string, number>();
  const refused = new Map<string, number>();
  const ids = new Set<string | undefined>();
  for (const ad of ads) {
    const told = tellOf(ad, brokerAddress);
    const isAgain = 'tell' in told && ids.has(told.tell.envelope.id);
    if ('why' in told) count(refused, told.why);
    else if (isAgain) count(refused, 'its Name stands above already');
    else {
      ids.add(told.tell.envelope.id);
      tells.push(told.tell);
      for (const { name, why } of told.leftOut) count(leftOut, `${name}: ${why}`);
    }
  }
  return { ads: ads.length, tells, leftOut: mostFirst(leftOut), refused: mostFirst(refused), strays };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mostFirst(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
