/**
 * A bit for each row of a table, 32 rows to a word. Words are signed, which engines read and combine without leaving
 * their small integers.
 */
export type Bits = Int32Array<ArrayBuffer>;

/** Words for so many rows. */
export function wordsFor(rows: number): number {
  return (rows + 31) >>> 5;
}

export function setBit(bits: Bits, row: number, isSet: boolean): void {
  const word = bits[row >>> 5] as number;
  const bit = 1 << (row & 31);
  bits[row >>> 5] = isSet ? word | bit : word & ~bit;
}

/** Leaves in the first `count` words what is in all of `maps` too, from the word `from` of each on. */
export function intersect(words: Bits, count: number, maps: readonly Bits[], from: number): void {
  for (const map of maps) {
    const part = map.subarray(from, from + count);
    for (let at = 0; at < count; at += 1) words[at] = (words[at] as number) & (part[at] as number);
  }
}

/** Writes the rows whose bits are set to the beginning of `rows`, ascending from `first`, and returns how many. */
export function listRows(words: Bits, length: number, first: number, rows: Int32Array): number {
  let count = 0;
  for (let at = 0; at < length; at += 1) {
    const base = first + 32 * at + 31;
    for (let word = words[at] as number; word !== 0; word &= word - 1) {
      rows[count++] = base - Math.clz32(word & -word);
    }
  }
  return count;
}
