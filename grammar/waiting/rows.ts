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

  /** Adds those of the first `count` places to a list. */
  addTo(rows: Ints, places: ArrayLike<number>, count: number): void {
    const first = this.#first.values;
    const [to, begin] = [rows.room(count), rows.count - count];
    for (let at = 0; at < count; at += 1) to[begin + at] = (first[places[at] as number] as number) - 1;
    if (this.#others.size === 0) return;
    for (let at = 0; at < count; at += 1) {
      for (const row of this.#others.get(places[at] as number) ?? []) rows.push(row);
    }
  }
}
