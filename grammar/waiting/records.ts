/** By how much room grows at once, as a part of it. */
const growth = 1.25;

/**
 * Records of so many numbers each, each record of one place. The numbers of one column lie side by side, for it is by
 * columns that many are looked at. The last record takes the room of one that goes, so that there are no gaps.
 */
export class Records {
  readonly #length: number;
  readonly #places: number[] = [];
  #capacity = 1;
  #values: Float64Array;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length);
  }

  /** All numbers, until the next record comes: those of a column begin at its number times `capacity`. */
  get values(): Float64Array {
    return this.#values;
  }

  get capacity(): number {
    return this.#capacity;
  }

  placeOf(at: number): number {
    return this.#places[at] as number;
  }

  read(at: number): number[] {
    return Array.from(
      { length: this.#length },
      (_, column) => this.#values[column * this.#capacity + at] as number,
    );
  }

  /** Returns which record it is now. */
  add(record: readonly number[], place: number): number {
    const at = this.#places.length;
    this.#places.push(place);
    if (at === this.#capacity) this.#grow();
    for (let column = 0; column < this.#length; column += 1) {
      this.#values[column * this.#capacity + at] = record[column] as number;
    }
    return at;
  }

  #grow(): void {
    const [values, capacity] = [this.#values, this.#capacity];
    this.#capacity = Math.ceil((capacity + 1) * growth);
    this.#values = new Float64Array(this.#capacity * this.#length);
    for (let column = 0; column < this.#length; column += 1) {
      const from = column * capacity;
      this.#values.set(values.subarray(from, from + capacity), column * this.#capacity);
    }
  }

  /** Says of which place record `at` is now, where that was another. */
  remove(at: number): number | undefined {
    const moved = this.#places.pop();
    const last = this.#places.length;
    if (at === last || moved === undefined) return undefined;
    for (let column = 0; column < this.#length; column += 1) {
      const from = column * this.#capacity;
      this.#values[from + at] = this.#values[from + last] as number;
    }
    this.#places[at] = moved;
    return moved;
  }
}
