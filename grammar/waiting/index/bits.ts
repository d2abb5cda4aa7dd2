/** Places of one segment: what is indexed in it stands under a number from 0 to one less. */
export const segmentPlaces = 32_768;
/** Words of a set of bits, one for each place. */
export const segmentWords = segmentPlaces / 32;

/** A set of places. */
export type Bits = Int32Array<ArrayBuffer>;

export function noBits(): Bits {
  return new Int32Array(segmentWords);
}

export function setBit(bits: Bits, place: number): void {
  const word = place >>> 5;
  bits[word] = (bits[word] as number) | (1 << (place & 31));
}

export function clearBit(bits: Bits, place: number): void {
  const word = place >>> 5;
  bits[word] = (bits[word] as number) & ~(1 << (place & 31));
}

export function hasBit(bits: Bits, place: number): boolean {
  return ((bits[place >>> 5] as number) & (1 << (place & 31))) !== 0;
}

/** Adds the places of a word's bits to a list, ascending. */
export function addPlaces(bits: number, word: number, places: number[]): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    places.push(word * 32 + 31 - Math.clz32(left & -left));
  }
}

/** Writes the places of all bits, ascending, each with `first` more, and returns how many. */
export function listPlaces(bits: Bits, first: number, places: Int32Array): number {
  let count = 0;
  for (let word = 0; word < bits.length; word += 1) {
    const base = first + word * 32 + 31;
    for (let left = bits[word] as number; left !== 0; left &= left - 1) {
      places[count] = base - Math.clz32(left & -left);
      count += 1;
    }
  }
  return count;
}

/** How many bits of a word are set. */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
