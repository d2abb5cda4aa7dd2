import { Dictionary, type Epoch } from './dictionary.ts';
import { pageMask, pageOf, roomFor } from './pages.ts';

/** A page of which fewer rows than one in this many have a thing is a map, so that a rare name costs what it holds. */
const rare = 16;
const noNumbers = new Int32Array(0);

/** What the rows of one page say under one name. */
interface Page {
  /** By the row's place in the page the number of its thing; empty where few rows have one. */
  numbers: Int32Array;
  /** By row, where few have one. */
  readonly few: Map<number, number>;
}

/** What all rows say under one name: each row the number of a thing, and each thing once. */
export class Column<T> {
  readonly things: Dictionary<T>;
  readonly #pages: (Page | undefined)[] = [];
  #isDense = false;

  constructor(epoch: Epoch) {
    this.things = new Dictionary(epoch);
  }

  /**
   * Of the page of a row the numbers of things by place (`row & pageMask`), 0 or none where a row has no thing; empty
   * where so few have one that each is to be asked for by `at`, and absent where none ever had.
   */
  numbersAt(row: number): Int32Array | undefined {
    return this.#pages[pageOf(row)]?.numbers;
  }

  /** Whether there is a page of which many rows have a thing. */
  get isDense(): boolean {
    return this.#isDense;
  }

  /** How many rows have a thing. */
  get rows(): number {
    return this.things.rows;
  }

  /** The number of a row's thing, 0 where it has none. */
  at(row: number): number {
    const page = this.#pages[pageOf(row)];
    if (page === undefined) return 0;
    const { numbers } = page;
    const place = row & pageMask;
    return numbers.length > 0 ? (numbers[place] ?? 0) : (page.few.get(row) ?? 0);
  }

  /** Gives a row the thing of a number. */
  set(row: number, number: number): void {
    const page = this.#pages[pageOf(row)] ?? this.#newPage(pageOf(row));
    const place = row & pageMask;
    if (place >= page.numbers.length && !this.#isFew(page, place)) this.#widen(page, roomFor(place));
    if (place < page.numbers.length) page.numbers[place] = number;
    else page.few.set(row, number);
  }

  /** Whether another row of a page that is none yet of many leaves it so. */
  #isFew({ numbers, few }: Page, place: number): boolean {
    return numbers.length === 0 && (few.size + 1) * rare <= roomFor(place);
  }

  delete(row: number): void {
    this.things.release(this.at(row));
    const page = this.#pages[pageOf(row)];
    if (page === undefined) return;
    const place = row & pageMask;
    if (place < page.numbers.length) page.numbers[place] = 0;
    else page.few.delete(row);
  }

  #newPage(number: number): Page {
    while (this.#pages.length <= number) this.#pages.push(undefined);
    const page = { numbers: noNumbers, few: new Map<number, number>() };
    this.#pages[number] = page;
    return page;
  }

  #widen(page: Page, room: number): void {
    let most = room;
    for (const row of page.few.keys()) most = Math.max(most, roomFor(row & pageMask));
    const wider = new Int32Array(most);
    wider.set(page.numbers);
    for (const [row, number] of page.few) wider[row & pageMask] = number;
    page.few.clear();
    page.numbers = wider;
    this.#isDense = true;
  }
}
