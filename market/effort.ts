import type { Party } from '../grammar/index.ts';

/** Columns of the table of Tells that one comes into, or goes from, in as long as another verb's caller takes in all. */
const columnsAnEffort = 4;

/** What a Tell in so many columns takes to come into memory or to go, in efforts of the store. */
export function effortOf(columns: number): number {
  return 1 + Math.floor(columns / columnsAnEffort);
}

/** Into how many columns a Tell comes at most; what it requires takes as long as two. */
export function columnsOf({ facts, tests, requires }: Party): number {
  return facts.size + tests.length + 2 * requires.length;
}
