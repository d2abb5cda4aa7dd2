import { effortASlice } from './effort.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';
import type { Snapshot } from './versions.ts';

/** Rows of the table that one slice of an explanation goes over: each is put to every clause. */
export const blockRows = 1024;

/** Something that keeps a Tell from matching. */
export interface Obstacle {
  /** It is the only one for the Tell of this row; returns the effort that it was to take note of that. */
  stopsAlone(row: number): number;
}

/** What says verdicts: a check, or what is kept of one. */
export interface Filling {
  /** Writes those of rows `from` to `until` (not included) to the beginning of `codes`, as `fill` of a check does. */
  fill(from: number, until: number, codes: Uint8Array, most: number): number;
}

/** Writes all verdicts of the rows of a block to its codes. */
export function* fillBlock(filling: Filling, { from, until, codes }: Block): Sliced<void> {
  for (let at = from; at < until; ) {
    at = filling.fill(at, until, at === from ? codes : codes.subarray(at - from), effortASlice);
    if (at < until) yield;
  }
}

/** The Tells of some rows that follow each other, and what was found against them so far. */
export class Block {
  readonly #supply: Supply;
  readonly #version: number;
  /** The rows that the snapshot sees. */
  readonly rows = new Int32Array(blockRows);
  count = 0;
  from = 0;
  until = 0;
  /** Verdicts by row, counted from the first of the block; of one check after another. */
  readonly codes = new Uint8Array(blockRows);
  /** By row how many things are not TRUE of it, and the last of them. */
  readonly failed = new Uint16Array(blockRows);
  readonly #last: (Obstacle | undefined)[] = new Array(blockRows).fill(undefined);

  constructor(supply: Supply, { version }: Snapshot) {
    this.#supply = supply;
    this.#version = version;
  }

  /** Goes on to the rows from `from`, nothing found against them. */
  begin(from: number, end: number): void {
    this.from = from;
    this.until = Math.min(from + blockRows, end);
    let count = 0;
    for (let row = from; row < this.until; row += 1) this.rows[count++] = row;
    this.count = this.#supply.versions.keep(this.rows, count, this.#version);
    this.failed.fill(0);
  }

  /** Counts something that is not TRUE of a row. */
  fail(row: number, what: Obstacle | undefined): void {
    const at = row - this.from;
    this.failed[at] = (this.failed[at] as number) + 1;
    this.#last[at] = what;
  }

  /** Tells what is the only thing in the way of a row; returns the rows of which all is TRUE. */
  *matched(): Sliced<number[]> {
    const matched: number[] = [];
    let effort = 0;
    for (let at = 0; at < this.count; at += 1) {
      const row = this.rows[at] as number;
      const failed = this.failed[row - this.from] as number;
      if (failed === 0) matched.push(row);
      else if (failed === 1) effort += this.#last[row - this.from]?.stopsAlone(row) ?? 0;
      if (effort < effortASlice) continue;
      effort = 0;
      yield;
    }
    return matched;
  }
}
