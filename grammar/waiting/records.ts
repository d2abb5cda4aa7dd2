/** By how much room grows at once, as a part of it. */
const growth = 1.25;

/**
 * Records of so many numbers each, one after the other, each of one place. The last takes the room of one that goes, so
 * that there are no gaps between them.
 */
export class Records {
  readonly #length: number;
  readonly #places: number[] = [];
  #values: Float64Array;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length);
  }

  /** All numbers, until the next record comes: those of record `at` from `at` times the length on. */
  get values(): Float64Array {
    return this.#values;
  }

  /** Returns which record it is now. */
  add(record: readonly number[], place: number): number {
    const at = this.#places.length;
    this.#places.push(place);
    const end = (at + 1) * this.#length;
    if (end > this.#values.length) {
      const longer = new Float64Array(Math.ceil((end * growth) / this.#length) * this.#length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values.set(record, at * this.#length);
    return at;
  }

  /** Says of which place record `at` is now, where that was another. */
  remove(at: number): number | undefined {
    const moved = this.#places.pop();
    const last = this.#places.length;
    if (at === last || moved === undefined) return undefined;
    this.#values.copyWithin(at * this.#length, last * this.#length, (last + 1) * this.#length);
    this.#places[at] = moved;
    return moved;
  }
}
