/**
 * What is kept by row stands in pages of so many rows, a power of two: a table grows by one page at a time, and no step
 * ever copies what a large table holds. It is a multiple of what any slice goes over, so that the rows of a slice are of
 * one page.
 */
export const pageRows = 8192;
/** What a row's place in its page is: `row & pageMask`. */
export const pageMask = pageRows - 1;
const pageBits = 13;
/** The rows for which a page has room at first; it doubles until it is whole. */
const firstRows = 64;

export function pageOf(row: number): number {
  return row >>> pageBits;
}

/** How many rows of a page there is to be room for, where one at this place in it is to be written. */
export function roomFor(place: number): number {
  return Math.max(firstRows, 2 ** (32 - Math.clz32(place)));
}

type Numbers = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A number for each row of a table; a row that was not written yet has `fill`. */
export class Pages<T extends Numbers> {
  readonly #pages: T[] = [];
  readonly #make: (length: number) => T;
  readonly #fill: number;

  constructor(make: (length: number) => T, fill = 0) {
    this.#make = make;
    this.#fill = fill;
  }

  at(row: number): number {
    return this.#pages[row >>> pageBits]?.[row & pageMask] ?? this.#fill;
  }

  set(row: number, value: number): void {
    const page = this.#pages[row >>> pageBits];
    const place = row & pageMask;
    if (page !== undefined && place < page.length) page[place] = value;
    else this.#room(row)[place] = value;
  }

  /** The page of a row, by `row & pageMask`: of another length once more rows of it were written. */
  pageAt(row: number): T {
    return this.#pages[row >>> pageBits] ?? this.#room(row);
  }

  #room(row: number): T {
    const number = row >>> pageBits;
    for (let page = this.#pages.length; page < number; page += 1) this.#pages.push(this.#new(firstRows));
    const before = this.#pages[number];
    const page = this.#new(number > 0 ? pageRows : roomFor(row & pageMask));
    if (before !== undefined) page.set(before);
    this.#pages[number] = page;
    return page;
  }

  #new(length: number): T {
    const page = this.#make(length);
    if (this.#fill !== 0) page.fill(this.#fill);
    return page;
  }
}

export const doubles = (length: number): Float64Array<ArrayBuffer> => new Float64Array(length);
export const integers = (length: number): Int32Array<ArrayBuffer> => new Int32Array(length);

/** Something for each row of a table. */
export class List<T> {
  readonly #pages: (T | undefined)[][] = [];

  at(row: number): T | undefined {
    return this.#pages[row >>> pageBits]?.[row & pageMask];
  }

  set(row: number, value: T | undefined): void {
    while (this.#pages.length <= row >>> pageBits) this.#pages.push([]);
    (this.#pages[row >>> pageBits] as (T | undefined)[])[row & pageMask] = value;
  }
}
