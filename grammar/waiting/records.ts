import { Ints } from './ints.ts';

/** What is written of one Ask: what it says and wants in numbers, and the small numbers of what is kept elsewhere. */
export interface Written {
  readonly numbers: readonly number[];
  readonly codes: readonly number[];
}

/** By how much room grows at once, as a part of it. */
const growth = 1.25;
/** In place of a code that all records share: they do not. */
const mixed = -1;

/**
 * Records of so many numbers and codes each, each record of one place. What is in one column lies side by side, for it is by
 * columns that many are looked at. The last record takes the room of one that goes, so that there are no gaps.
 */
export class Records {
  readonly #places = new Ints();
  #capacity = 1;
  #numbers: Float64Array;
  #codes: Int32Array;
  /** By column: no number is below the least and above the most. */
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  /** By column the code that all records have in it, as far as is known, or `mixed`. */
  readonly #commonCodes: Int32Array;

  constructor(numbers: number, codes: number) {
    this.#numbers = new Float64Array(numbers);
    this.#codes = new Int32Array(codes);
    this.#least = new Float64Array(numbers);
    this.#most = new Float64Array(numbers);
    this.#commonCodes = new Int32Array(codes);
  }

  /** All numbers, until the next record comes: those of a column begin at its number times `capacity`. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /** All codes, as the numbers. */
  get codes(): Int32Array {
    return this.#codes;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** By record. */
  get places(): Int32Array {
    return this.#places.values;
  }

  numberAt(column: number, at: number): number {
    return this.#numbers[column * this.#capacity + at] as number;
  }

  codeAt(column: number, at: number): number {
    return this.#codes[column * this.#capacity + at] as number;
  }

  /** Below which there is no number in a column; there may be none so low, either. */
  leastOf(column: number): number {
    return this.#least[column] as number;
  }

  /** As the least. */
  mostOf(column: number): number {
    return this.#most[column] as number;
  }

  /** The code that each record has in a column; negative where they may differ. */
  commonCode(column: number): number {
    return this.#commonCodes[column] as number;
  }

  read(at: number): Written {
    const numbers = Array.from(this.#least, (_, column) => this.numberAt(column, at));
    return { numbers, codes: Array.from(this.#commonCodes, (_, column) => this.codeAt(column, at)) };
  }

  /** Returns which record it is now. */
  add({ numbers, codes }: Written, place: number): number {
    const at = this.#places.count;
    this.#places.push(place);
    if (at === this.#capacity) this.#grow();
    const isFirst = at === 0;
    for (let column = 0; column < numbers.length; column += 1) {
      const number = numbers[column] as number;
      this.#numbers[column * this.#capacity + at] = number;
      if (isFirst || number < (this.#least[column] as number)) this.#least[column] = number;
      if (isFirst || number > (this.#most[column] as number)) this.#most[column] = number;
    }
    for (let column = 0; column < codes.length; column += 1) {
      const code = codes[column] as number;
      this.#codes[column * this.#capacity + at] = code;
      if (isFirst) this.#commonCodes[column] = code;
      else if (this.#commonCodes[column] !== code) this.#commonCodes[column] = mixed;
    }
    return at;
  }

  #grow(): void {
    const from = this.#capacity;
    this.#capacity = Math.ceil((from + 1) * growth);
    const numbers = new Float64Array(this.#capacity * this.#least.length);
    const codes = new Int32Array(this.#capacity * this.#commonCodes.length);
    copyColumns(this.#numbers, from, numbers, this.#capacity);
    copyColumns(this.#codes, from, codes, this.#capacity);
    this.#numbers = numbers;
    this.#codes = codes;
  }

  /** Says of which place record `at` is now, where that was another. */
  remove(at: number): number | undefined {
    const moved = this.#places.pop();
    const last = this.#places.count;
    if (at === last || moved === undefined) return undefined;
    for (const columns of [this.#numbers, this.#codes]) {
      for (let from = 0; from < columns.length; from += this.#capacity) {
        columns[from + at] = columns[from + last] as number;
      }
    }
    this.#places.write(at, moved);
    return moved;
  }
}

function copyColumns<T extends Float64Array | Int32Array>(
  from: T,
  fromCapacity: number,
  to: T,
  toCapacity: number,
): void {
  for (let column = 0; column * fromCapacity < from.length; column += 1) {
    const first = column * fromCapacity;
    to.set(from.subarray(first, first + fromCapacity), column * toCapacity);
  }
}
