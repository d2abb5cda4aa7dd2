import { type Cell, cellOf } from '../expressions/index.ts';
import type { Fact } from '../values/fact.ts';
import { Dictionary, type Epoch } from './dictionary.ts';

interface Said {
  readonly fact: Fact;
  readonly cell: Cell;
}

/** A column that fewer rows than one in this many have is a map, so that a rare name costs what it holds. */
const rare = 16;
const noNumbers = new Int32Array(0);

/** What all rows say under one name: each row the number of a fact, and each fact once. */
export class Column {
  readonly facts: Dictionary<Said>;
  #numbers: Int32Array = noNumbers;
  readonly #few = new Map<number, number>();
  #rows = 0;

  constructor(epoch: Epoch) {
    this.facts = new Dictionary(epoch);
  }

  /** By row the number of its fact; empty where few rows have one. */
  get numbers(): Int32Array {
    return this.#numbers;
  }

  /** The number of a row's fact, 0 where it says none. */
  at(row: number): number {
    const numbers = this.#numbers;
    return row < numbers.length ? (numbers[row] as number) : (this.#few.get(row) ?? 0);
  }

  factAt(row: number): Fact | undefined {
    return this.facts.at(this.at(row))?.fact;
  }

  cellAt(row: number): Cell {
    return this.facts.at(this.at(row))?.cell;
  }

  /** `capacity` is how many rows the table has room for. */
  set(row: number, fact: Fact, capacity: number): void {
    const key = fact.values.length === 1 ? fact.text : `${fact.values.length}, ${fact.text}`;
    const number = this.facts.take(key, () => ({ fact, cell: cellOf(fact) }));
    this.#rows += 1;
    if (row >= this.#numbers.length && (this.#numbers.length > 0 || this.#rows * rare > capacity)) {
      this.#widen(capacity);
    }
    if (row < this.#numbers.length) this.#numbers[row] = number;
    else this.#few.set(row, number);
  }

  delete(row: number): void {
    this.facts.release(this.at(row));
    this.#rows -= 1;
    if (row < this.#numbers.length) this.#numbers[row] = 0;
    else this.#few.delete(row);
  }

  #widen(capacity: number): void {
    const wider = new Int32Array(capacity);
    wider.set(this.#numbers);
    for (const [row, number] of this.#few) wider[row] = number;
    this.#few.clear();
    this.#numbers = wider;
  }
}
