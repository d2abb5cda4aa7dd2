import type { ByRow } from './kept.ts';
import type { Lanes } from './lanes.ts';

/** For every row of a table what a Rank comes to: NaN where that is no plain number, or nothing. */
export class Ranks implements ByRow {
  values = new Float64Array(0);
  readonly #lanes: Lanes;
  readonly #row = new Int32Array(1);
  readonly #value = new Float64Array(1);

  constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  reserve(rows: number): void {
    if (this.values.length >= rows) return;
    const longer = new Float64Array(Math.max(rows, Math.ceil(1.25 * this.values.length)));
    longer.set(this.values);
    this.values = longer;
  }

  find(from: number, until: number): boolean {
    const rows = new Int32Array(until - from);
    for (let at = 0; at < rows.length; at += 1) rows[at] = from + at;
    this.#lanes(rows, rows.length, this.values.subarray(from, until));
    return true;
  }

  renew(row: number): number {
    this.#row[0] = row;
    this.#lanes(this.#row, 1, this.#value);
    this.values[row] = this.#value[0] as number;
    return 1;
  }

  rest(): void {}
}
