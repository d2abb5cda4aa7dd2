/** A set of code points: its ranges as first, last, first, last, … in order, no two of them touching. */
export type CodeSet = readonly number[];

export const lastCodePoint = 0x10ffff;

/** The set of these ranges, which may stand in any order and overlap. */
export function codeSet(ranges: readonly (readonly [number, number])[]): CodeSet {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  const set: number[] = [];
  for (const [first, last] of sorted) {
    const end = set.at(-1);
    if (end !== undefined && first <= end + 1) set[set.length - 1] = Math.max(end, last);
    else set.push(first, last);
  }
  return set;
}

export function rangesOf(set: CodeSet): [number, number][] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < set.length; at += 2) ranges.push([set[at] ?? 0, set[at + 1] ?? 0]);
  return ranges;
}

export function contains(set: CodeSet, code: number): boolean {
  let [low, high] = [0, set.length >> 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[2 * middle + 1] as number) < code) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && (set[2 * low] as number) <= code;
}
