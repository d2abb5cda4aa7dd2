import { ownCopy } from '../memo.ts';
import { Line } from './line.ts';
import type { Name } from './name.ts';

/** How many lines are kept. */
export interface ByteLineBounds {
  /** Lines at most: a power of two. */
  readonly lines: number;
  /** Bytes of all of their values together. */
  readonly bytes: number;
  /** Bytes of one value; a longer one is not kept. */
  readonly longest: number;
}

/** A line that is kept, and where its value stands among the bytes of all. */
interface Kept {
  readonly line: Line;
  readonly at: number;
  readonly length: number;
}

/**
 * Lines that came before, within a bound, found by the bytes of their values: a hash, which was made while the bytes were
 * looked at anyway, leads to two places, and what stands there is compared. A third line drives out the one that was unused for
 * longer; when the bytes are full, all are forgotten.
 */
export class ByteLines {
  readonly #bounds: ByteLineBounds;
  /** By place; of an empty one any. */
  readonly #hashes: Int32Array;
  readonly #kept: (Kept | undefined)[];
  readonly #bytes: Uint8Array;
  #end = 0;

  constructor(bounds: ByteLineBounds) {
    this.#bounds = bounds;
    this.#hashes = new Int32Array(bounds.lines);
    this.#kept = new Array<Kept | undefined>(bounds.lines).fill(undefined);
    this.#bytes = new Uint8Array(bounds.bytes);
  }

  /** The line of this name whose value is these bytes of ASCII; nothing where it is not kept. */
  find(name: Name, hash: number, bytes: Uint8Array, from: number, to: number): Line | undefined {
    const place = this.#placeOf(name, hash);
    if (this.#hashes[place] === hash && this.#isIt(place, name, bytes, from, to))
      return this.#kept[place]?.line;
    const second = place + 1;
    if (this.#hashes[second] !== hash || !this.#isIt(second, name, bytes, from, to)) return undefined;
    const found = this.#kept[second];
    this.#move(place, second);
    this.#hashes[place] = hash;
    this.#kept[place] = found;
    return found?.line;
  }

  takes(length: number): boolean {
    return length <= this.#bounds.longest;
  }

  /** Keeps a line that is not among the others, and returns it: `value` is these bytes. */
  keep(name: Name, hash: number, bytes: Uint8Array, from: number, to: number, value: string): Line {
    const length = to - from;
    if (this.#end + length > this.#bytes.length) {
      this.#kept.fill(undefined);
      this.#end = 0;
    }
    const at = this.#end;
    this.#end = at + length;
    for (let next = 0; next < length; next += 1) this.#bytes[at + next] = bytes[from + next] as number;
    // Nothing that is kept may be a view into a document, or a short text would hold on to all of it.
    const own = ownCopy(value);
    const line = new Line(name, own, `${name.written}: ${own}`);
    const place = this.#placeOf(name, hash);
    this.#move(place, place + 1);
    this.#hashes[place] = hash;
    this.#kept[place] = { line, at, length };
    return line;
  }

  /** What stood in one place now stands in another. */
  #move(from: number, to: number): void {
    this.#hashes[to] = this.#hashes[from] as number;
    this.#kept[to] = this.#kept[from];
  }

  #isIt(place: number, name: Name, bytes: Uint8Array, from: number, to: number): boolean {
    const kept = this.#kept[place];
    if (kept === undefined || kept.line.known !== name || kept.length !== to - from) return false;
    const own = this.#bytes;
    for (let [at, next] = [kept.at, from]; next < to; at += 1, next += 1)
      if (own[at] !== bytes[next]) return false;
    return true;
  }

  #placeOf({ seed }: Name, hash: number): number {
    const mixed = Math.imul(hash ^ seed, 0x9e3779b1);
    return 2 * ((mixed >>> 15) & (this.#kept.length / 2 - 1));
  }
}
