import type { FoundRows } from './found-rows.ts';
import { Ints } from './ints.ts';

/** The rows of each place: of nearly all one, of some thousands, each of which may go at any time. */
export class Rows {
  /** Rows stand as one more, 0 where there is none. By place the first. */
  readonly #first = new Ints();
  /** By row the next and the one before, of the same place. */
  readonly #next = new Ints();
  readonly #previous = new Ints();
  /** How many rows come after another. */
  #others = 0;

  has(place: number): boolean {
    return this.#first.at(place) > 0;
  }

  add(place: number, row: number): void {
    const next = this.has(place) ? this.#first.at(place) : 0;
    this.#link(0, row + 1, place);
    this.#link(row + 1, next, place);
    if (next > 0) this.#others += 1;
  }

  /** Says whether the place has no row left. */
  remove(place: number, row: number): boolean {
    const [previous, next] = [this.#previous.at(row), this.#next.at(row)];
    this.#link(previous, next, place);
    if (previous > 0 || next > 0) this.#others -= 1;
    return !this.has(place);
  }

  /** Puts one row of a place, or none, after another; after none it is the first. */
  #link(row: number, next: number, place: number): void {
    if (row > 0) this.#next.write(row - 1, next);
    else this.#first.write(place, next);
    if (next > 0) this.#previous.write(next - 1, row);
  }

  /** Adds those of the first so many places to others that were found; in the list of places stands then the first of each. */
  addTo(rows: FoundRows, places: Int32Array, count: number): void {
    const first = this.#first.values;
    for (let at = 0; at < count; at += 1) places[at] = (first[places[at] as number] as number) - 1;
    rows.add(places, count);
    if (this.#others > 0) this.#addOthers(rows, places, count);
  }

  /** Adds all that come after some rows. */
  #addOthers(rows: FoundRows, firsts: Int32Array, count: number): void {
    const next = this.#next.values;
    const others = new Ints();
    for (let at = 0; at < count; at += 1) {
      let row = next[firsts[at] as number] as number;
      for (; row > 0; row = next[row - 1] as number) others.push(row - 1);
    }
    rows.add(others.values, others.count);
  }
}
