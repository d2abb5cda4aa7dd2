/** Something that stands at a place in the order in which registrations came. */
export interface Placed {
  readonly place: number;
}

/** How many that have gone may stand between the others before they are swept out. */
const leastSwept = 64;

/**
 * What stands at places, in their order. To begin anywhere costs as little as to begin at the first: the list of nodes
 * is read in pages, each from where the one before it ended.
 */
export class Places<T extends Placed> {
  #places: number[] = [];
  /** Beside `#places`; undefined where what stood there has gone. */
  #all: (T | undefined)[] = [];
  #gone = 0;

  get size(): number {
    return this.#all.length - this.#gone;
  }

  /** Puts one at its place, instead of what stood there. */
  put(one: T): void {
    const { place } = one;
    const at = this.#at(place);
    if (this.#places[at] !== place) {
      this.#places.splice(at, 0, place);
      this.#all.splice(at, 0, one);
      return;
    }
    if (this.#all[at] === undefined) this.#gone -= 1;
    this.#all[at] = one;
  }

  remove({ place }: Placed): void {
    const at = this.#at(place);
    if (this.#places[at] !== place || this.#all[at] === undefined) return;
    this.#all[at] = undefined;
    this.#gone += 1;
    if (this.#gone > leastSwept && this.#gone > this.#all.length / 2) this.#sweep();
  }

  /** Those at higher places than `after`. */
  *after(after = 0): Generator<T> {
    for (let at = this.#at(after + 1); at < this.#all.length; at += 1) {
      const one = this.#all[at];
      if (one !== undefined) yield one;
    }
  }

  /** Where the first stands whose place is not lower. */
  #at(place: number): number {
    const places = this.#places;
    // Almost all come last.
    if (places.length === 0 || places[places.length - 1]! < place) return places.length;
    let [from, to] = [0, places.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (places[middle]! < place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #sweep(): void {
    const left = this.#all.filter((one) => one !== undefined);
    this.#all = left;
    this.#places = left.map(({ place }) => place);
    this.#gone = 0;
  }
}
