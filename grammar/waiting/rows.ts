/** The rows of each place: of nearly all one. */
export class Rows {
  readonly #first: number[] = [];
  readonly #others = new Map<number, Set<number>>();

  has(place: number): boolean {
    return (this.#first[place] ?? -1) >= 0;
  }

  add(place: number, row: number): void {
    if (!this.has(place)) {
      this.#first[place] = row;
      return;
    }
    const others = this.#others.get(place) ?? new Set();
    others.add(row);
    this.#others.set(place, others);
  }

  /** Says whether the place has no row left. */
  remove(place: number, row: number): boolean {
    const others = this.#others.get(place);
    if (row !== this.#first[place]) {
      others?.delete(row);
    } else {
      const [next = -1] = others ?? [];
      this.#first[place] = next;
      others?.delete(next);
    }
    if (others?.size === 0) this.#others.delete(place);
    return !this.has(place);
  }

  /** Adds those of a place to a list. */
  write(place: number, rows: number[]): void {
    rows.push(this.#first[place] as number);
    const others = this.#others.size === 0 ? undefined : this.#others.get(place);
    if (others !== undefined) for (const row of others) rows.push(row);
  }
}
