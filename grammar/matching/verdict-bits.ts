import { type Bits, setBit, wordsFor } from './bits.ts';
import type { Check } from './check.ts';
import { effortASlice } from './effort.ts';
import { type ByRow, findRows } from './kept.ts';
import { type Code, isFalse, isTrue, isUnknown } from './truth.ts';

/** For every row of a table two bits that say whether a check is TRUE of it, and whether it is FALSE. */
export class VerdictBits implements ByRow {
  whereTrue: Bits = new Int32Array(0);
  #whereFalse: Bits = new Int32Array(0);
  readonly #check: Check;
  readonly #table: { readonly epoch: number };
  #codes = new Uint8Array(0);
  #epoch: number;
  /** From where rows are being found for, and up to where they are: between the slices some are, and others are not. */
  #from = -1;
  #reached = 0;

  constructor(check: Check, table: { readonly epoch: number }) {
    this.#check = check;
    this.#table = table;
    this.#epoch = table.epoch;
  }

  reserve(rows: number): void {
    const words = wordsFor(rows);
    if (this.whereTrue.length >= words) return;
    const length = Math.max(words, Math.ceil(1.25 * this.whereTrue.length));
    this.whereTrue = longer(this.whereTrue, length);
    this.#whereFalse = longer(this.#whereFalse, length);
  }

  find(from: number, until: number): boolean {
    if (this.#epoch !== this.#table.epoch) this.#check.forget();
    this.#epoch = this.#table.epoch;
    if (this.#codes.length === 0) this.#codes = new Uint8Array(findRows);
    const codes = this.#codes;
    if (this.#from !== from) this.#reached = from;
    this.#from = from;
    this.#reached = this.#check.fill(
      this.#reached,
      until,
      codes.subarray(this.#reached - from),
      effortASlice,
    );
    if (this.#reached < until) return false;
    this.#from = -1;
    const first = wordsFor(from);
    for (let word = first; word < wordsFor(until); word += 1) {
      const base = 32 * (word - first);
      const end = Math.min(32, until - from - base);
      let [yes, no] = [0, 0];
      for (let bit = 0; bit < end; bit += 1) {
        const code = codes[base + bit];
        yes |= Number(code === isTrue) << bit;
        no |= Number(code === isFalse) << bit;
      }
      this.whereTrue[word] = yes;
      this.#whereFalse[word] = no;
    }
    return true;
  }

  renew(row: number): number {
    const before = this.#check.effort;
    const code = this.#check.afresh(row);
    setBit(this.whereTrue, row, code === isTrue);
    setBit(this.#whereFalse, row, code === isFalse);
    return this.#check.effort - before;
  }

  rest(): void {
    this.#check.forget();
    this.#from = -1;
    this.#codes = new Uint8Array(0);
  }

  /** Writes the verdicts of rows `from` to `until` (not included) to the beginning of `codes`. */
  fill(from: number, until: number, codes: Uint8Array): number {
    const [yes, no] = [this.whereTrue, this.#whereFalse];
    for (let row = from; row < until; row += 1) {
      const bit = 1 << (row & 31);
      const code: Code =
        ((yes[row >>> 5] as number) & bit) !== 0
          ? isTrue
          : ((no[row >>> 5] as number) & bit) !== 0
            ? isFalse
            : isUnknown;
      codes[row - from] = code;
    }
    return until;
  }
}

function longer(from: Bits, length: number): Bits {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
