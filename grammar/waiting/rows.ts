import type { FoundRows } from './found-rows.ts';
import { Ints } from './ints.ts';

/** The rows of each place: of nearly all one. */
export class Rows {
  /** By place, one more; 0 where there is none. */
  readonly #first = new Ints();
  readonly #others = new Map<number, Set<number>>();

  has(place: number): boolean {
    return this.#first.at(place) > 0;
  }

  add(place: number, row: number): void {
    if (!this.has(place)) {
      this.#first.write(place, row + 1);
      return;
    }
    const others = this.#others.get(place) ?? new Set();
    others.add(row);
    this.#others.set(place, others);
  }

  /** Says whether the place has no row left. */
  remove(place: number, row: number): boolean {
    const others = this.#others.get(place);
    if (row + 1 !== this.#first.at(place)) {
      others?.delete(row);
    } else {
      const [next = -1] = others ?? [];
      this.#first.write(place, next + 1);
      others?.delete(next);
    }
    if (others?.size === 0) this.#others.delete(place);
    return !this.has(place);
  }

  /** Adds those of the first so many places to others that were found; in the list of places stands then the first of each. */
  addTo(rows: FoundRows, places: Int32Array, count: number): void {
    if (this.#others.size > 0) {
      for (let at = 0; at < count; at += 1) {
        const others = this.#others.get(places[at] as number);
        if (others !== undefined) rows.add(Int32Array.from(others), others.size);
      }
    }
    const first = this.#first.values;
    for (let at = 0; at < count; at += 1) places[at] = (first[places[at] as number] as number) - 1;
    rows.add(places, count);
  }
}
