import { Dictionary, type Epoch } from './dictionary.ts';

/** A column that fewer rows than one in this many have is a map, so that a rare name costs what it holds. */
const rare = 16;
const noNumbers = new Int32Array(0);

/** What all rows say under one name: each row the number of a thing, and each thing once. */
export class Column<T> {
  readonly things: Dictionary<T>;
  #numbers: Int32Array = noNumbers;
  readonly #few = new Map<number, number>();

  constructor(epoch: Epoch) {
    this.things = new Dictionary(epoch);
  }

  /** By row the number of its thing; empty where few rows have one. */
  get numbers(): Int32Array {
    return this.#numbers;
  }

  /** Whether so many rows have a thing that `numbers` holds them all. */
  get isDense(): boolean {
    return this.#numbers.length > 0;
  }

  /** How many rows have a thing. */
  get rows(): number {
    return this.things.rows;
  }

  /** The number of a row's thing, 0 where it has none. */
  at(row: number): number {
    const numbers = this.#numbers;
    return row < numbers.length ? (numbers[row] as number) : (this.#few.get(row) ?? 0);
  }

  /** Gives a row the thing with this key; `capacity` is how many rows the table has room for. */
  set(row: number, key: string, make: (number: number) => T, capacity: number): void {
    const number = this.things.take(key, make);
    if (row >= this.#numbers.length && (this.isDense || this.rows * rare > capacity)) this.#widen(capacity);
    if (row < this.#numbers.length) this.#numbers[row] = number;
    else this.#few.set(row, number);
  }

  delete(row: number): void {
    this.things.release(this.at(row));
    if (row < this.#numbers.length) this.#numbers[row] = 0;
    else this.#few.delete(row);
  }

  /** Makes room before it is needed, so that not all columns of a table grow in the same step. */
  reserve(capacity: number): void {
    if (this.isDense && this.#numbers.length < capacity) this.#widen(capacity);
  }

  #widen(capacity: number): void {
    const wider = new Int32Array(capacity);
    wider.set(this.#numbers);
    for (const [row, number] of this.#few) wider[row] = number;
    this.#few.clear();
    this.#numbers = wider;
  }
}
