import { type Bits, clearBit, hasBit, noBits, setBit } from './bits.ts';

/** A list of so many places is made a set of bits, which takes about as much room. */
const longestList = 256;

/** The places with one key, as a list while they are few. */
interface Bucket {
  list: number[] | undefined;
  bits: Bits | undefined;
  count: number;
}

/** Places that are found by keys: as lists and as sets of bits. */
export interface Found {
  readonly lists: readonly (readonly number[])[];
  readonly sets: readonly Bits[];
}

/** Places with keys each, found by any of these. */
export class Keys {
  readonly members = noBits();
  readonly #buckets = new Map<string, Bucket>();
  readonly #keysAt: (readonly string[] | undefined)[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has(place: number): boolean {
    return hasBit(this.members, place);
  }

  /** The keys are kept as they are, so that places which share them take no room of their own. */
  add(place: number, keys: readonly string[]): void {
    for (const key of keys) {
      const bucket = this.#buckets.get(key) ?? this.#newBucket(key);
      if (bucket.bits !== undefined) {
        if (hasBit(bucket.bits, place)) continue;
        setBit(bucket.bits, place);
      } else if (bucket.list?.at(-1) !== place) bucket.list?.push(place);
      else continue;
      bucket.count += 1;
      if (bucket.list !== undefined && bucket.count > longestList) makeBits(bucket, bucket.list);
    }
    this.#keysAt[place] = keys;
    setBit(this.members, place);
    this.#count += 1;
  }

  #newBucket(key: string): Bucket {
    const bucket: Bucket = { list: [], bits: undefined, count: 0 };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  delete(place: number): void {
    for (const key of this.#keysAt[place] ?? []) {
      const bucket = this.#buckets.get(key);
      if (bucket === undefined || !takeFrom(bucket, place)) continue;
      bucket.count -= 1;
      if (bucket.count === 0) this.#buckets.delete(key);
    }
    this.#keysAt[place] = undefined;
    clearBit(this.members, place);
    this.#count -= 1;
  }

  /** All members with one of the keys. */
  withAny(keys: readonly string[]): Found {
    const lists: number[][] = [];
    const sets: Bits[] = [];
    for (const key of keys) {
      const bucket = this.#buckets.get(key);
      if (bucket?.list !== undefined) lists.push(bucket.list);
      if (bucket?.bits !== undefined) sets.push(bucket.bits);
    }
    return { lists, sets };
  }

  /** How many these are at most: a member with several of the keys counts for each. */
  countWithAny(keys: readonly string[]): number {
    let count = 0;
    for (const key of keys) count += this.#buckets.get(key)?.count ?? 0;
    return Math.min(count, this.#count);
  }
}

function makeBits(bucket: Bucket, list: readonly number[]): void {
  bucket.bits = noBits();
  bucket.list = undefined;
  for (const place of list) setBit(bucket.bits, place);
}

/** Says whether it was there. */
function takeFrom({ list, bits }: Bucket, place: number): boolean {
  if (bits !== undefined) {
    if (!hasBit(bits, place)) return false;
    clearBit(bits, place);
    return true;
  }
  const at = list?.indexOf(place) ?? -1;
  if (at < 0 || list === undefined) return false;
  const last = list.pop();
  if (last !== undefined && at < list.length) list[at] = last;
  return true;
}
