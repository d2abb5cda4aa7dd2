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

/**
 * Lines that came before, within a bound, found by the bytes of their values: a hash, which was made while the bytes were
 * looked at anyway, leads to two places, and what stands there is compared. A third line drives out the one that was unused for
 * longer; when the bytes are full, all are forgotten.
 */
export class ByteLines {
  readonly #bounds: ByteLineBounds;
  readonly #lines: (Line | undefined)[];
  /** By place the hash of a line, where its value stands among the bytes of all, and how long that is; of an empty one any. */
  readonly #keys: Int32Array;
  readonly #bytes: Uint8Array;
  #end = 0;

  constructor(bounds: ByteLineBounds) {
    this.#bounds = bounds;
    this.#lines = new Array<Line | undefined>(bounds.lines).fill(undefined);
    this.#keys = new Int32Array(keyLength * bounds.lines);
    this.#bytes = new Uint8Array(bounds.bytes);
  }

  /** The line of this name whose value is these bytes of ASCII; nothing where it is not kept. */
  find(name: Name, hash: number, bytes: Uint8Array, from: number, to: number): Line | undefined {
    const place = this.#placeOf(name, hash);
    const first = this.#lineAt(place, name, hash, bytes, from, to);
    if (first !== undefined) return first;
    const second = this.#lineAt(place + 1, name, hash, bytes, from, to);
    if (second !== undefined) this.#swap(place, place + 1);
    return second;
  }

  takes(length: number): boolean {
    return length <= this.#bounds.longest;
  }

  /** Keeps a line that is not among the others, and returns it: `value` is these bytes. */
  keep(name: Name, hash: number, bytes: Uint8Array, from: number, to: number, value: string): Line {
    const length = to - from;
    if (this.#end + length > this.#bytes.length) {
      this.#lines.fill(undefined);
      this.#end = 0;
    }
    const at = this.#end;
    this.#end = at + length;
    for (let next = 0; next < length; next += 1) this.#bytes[at + next] = bytes[from + next] as number;
    // Nothing that is kept may be a view into a document, or a short text would hold on to all of it.
    const own = ownCopy(value);
    const line = new Line(name, own, `${name.written}: ${own}`);
    const place = this.#placeOf(name, hash);
    this.#swap(place, place + 1);
    this.#lines[place] = line;
    const key = place * keyLength;
    this.#keys[key] = hash;
    this.#keys[key + 1] = at;
    this.#keys[key + 2] = length;
    return line;
  }

  #swap(place: number, other: number): void {
    const [lines, keys] = [this.#lines, this.#keys];
    const line = lines[place];
    lines[place] = lines[other];
    lines[other] = line;
    for (let part = 0; part < keyLength; part += 1) {
      const [own, others] = [place * keyLength + part, other * keyLength + part];
      const kept = keys[own] as number;
      keys[own] = keys[others] as number;
      keys[others] = kept;
    }
  }

  #lineAt(
    place: number,
    name: Name,
    hash: number,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): Line | undefined {
    const keys = this.#keys;
    const key = place * keyLength;
    if (keys[key] !== hash || keys[key + 2] !== to - from) return undefined;
    const line = this.#lines[place];
    if (line === undefined || line.known !== name) return undefined;
    const own = this.#bytes;
    for (let [at, next] = [keys[key + 1] as number, from]; next < to; at += 1, next += 1)
      if (own[at] !== bytes[next]) return undefined;
    return line;
  }

  #placeOf({ seed }: Name, hash: number): number {
    const mixed = Math.imul(hash ^ seed, 0x9e3779b1);
    return 2 * ((mixed >>> 15) & (this.#lines.length / 2 - 1));
  }
}

/** Numbers of a key: three, and one that makes two of them as long as what a processor reads at once. */
const keyLength = 4;
