/** One less than how many are known at a time, which is a power of two. */
const mask = 0xffff;

/** Which rows were added last, so that what is kept by row is brought up to date by a look at those alone. */
export class Additions {
  readonly #rows = new Int32Array(mask + 1);
  #count = 0;

  /** How many rows were ever added. */
  get count(): number {
    return this.#count;
  }

  /** The count from which on they are still known. */
  get first(): number {
    return Math.max(0, this.#count - this.#rows.length);
  }

  add(row: number): void {
    this.#rows[this.#count & mask] = row;
    this.#count += 1;
  }

  /** The row that was added when so many had been. */
  at(count: number): number {
    return this.#rows[count & mask] as number;
  }
}
