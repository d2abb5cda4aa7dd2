import type { Sliced } from './sliced.ts';

/** What finding verdicts takes in one slice: as many as that, fewer where a thing is large. */
const effortASlice = 64;

/** What keeps some of the rows. */
interface Sieve {
  /** What it took so far to find verdicts. */
  readonly effort: number;
  /** Goes on until verdicts of about so much effort were found. */
  keep(sift: Sift, most: number): void;
}

/** Rows of one page on their way through checks, each of which moves those that it keeps to the front. */
export class Sift {
  readonly rows: Int32Array;
  /** How many of the rows go through a check. */
  count: number;
  /** The next that the check looks at, and how many it kept of those before. */
  at = 0;
  kept = 0;

  constructor(rows: Int32Array, count: number) {
    this.rows = rows;
    this.count = count;
  }

  /** Puts the rows to a check until a slice is over, and says whether they are all through it. */
  isThrough(check: Sieve): boolean {
    check.keep(this, effortASlice);
    if (this.at < this.count) return false;
    this.count = this.kept;
    this.at = 0;
    this.kept = 0;
    return true;
  }
}

export function* siftAll(checks: readonly Sieve[], sift: Sift): Sliced<void> {
  for (const check of checks) while (!sift.isThrough(check)) yield;
}

/** Sifts, and puts what drops many of the rows for little first: no order changes what is kept. */
export function* siftAndOrder<S extends Sieve>(checks: S[], sift: Sift): Sliced<void> {
  const tried: { check: S; worth: number }[] = [];
  for (const check of checks) {
    const before = { count: sift.count, effort: check.effort };
    while (!sift.isThrough(check)) yield;
    const worth = worthOf(before.count, before.count - sift.count, check.effort - before.effort);
    tried.push({ check, worth });
  }
  checks.splice(0, checks.length, ...tried.sort((a, b) => b.worth - a.worth).map(({ check }) => check));
}

/** Finding a verdict costs about so many times what reading a remembered one does. */
const effortCost = 30;

/** Rows dropped for what it cost to look at them. */
function worthOf(rows: number, dropped: number, effort: number): number {
  return rows === 0 ? 0 : dropped / (rows + effortCost * effort);
}
