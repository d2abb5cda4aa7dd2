import { listPlaces, setBit } from './index/bits.ts';
import { Ints } from './ints.ts';

/** Up to so many rows are kept as a list; more are a set of bits for all that there may be, which is in order by itself. */
const mostListed = 1_024;

/** Rows that are found, in whatever order. */
export class FoundRows {
  readonly #end: number;
  readonly #listed = new Ints();
  #bits: Int32Array<ArrayBuffer> | undefined;
  /** How many were added to the set of bits. */
  #count = 0;

  /** Rows from `end` on are left out. */
  constructor(end: number) {
    this.#end = end;
  }

  /** Adds the first so many of a list. */
  add(rows: Int32Array, count: number): void {
    if (this.#bits === undefined && this.#listed.count + count > mostListed) {
      this.#bits = new Int32Array((this.#end >>> 5) + 1);
      this.#set(this.#bits, this.#listed.values, this.#listed.count);
    }
    if (this.#bits !== undefined) {
      this.#set(this.#bits, rows, count);
      return;
    }
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      if (row < this.#end) this.#listed.push(row);
    }
  }

  #set(bits: Int32Array<ArrayBuffer>, rows: Int32Array, count: number): void {
    const end = this.#end;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      if (row < end) setBit(bits, row);
    }
    this.#count += count;
  }

  /** All, ascending. One that was added twice may be there twice. */
  ascending(): Int32Array {
    if (this.#bits === undefined) return this.#listed.values.slice(0, this.#listed.count).sort();
    const rows = new Int32Array(this.#count);
    const count = listPlaces(this.#bits, 0, rows);
    return count === rows.length ? rows : rows.slice(0, count);
  }
}
