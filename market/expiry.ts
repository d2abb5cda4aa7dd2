/** A thing, and when it ends, in milliseconds since 1970. */
export interface Ending<T> {
  readonly at: number;
  readonly one: T;
  /** Where it stands in the heap; -1 once it is out. */
  index: number;
}

/** Things by when they end: a heap with the first on top, from which any can be taken out. */
export class Expiry<T> {
  readonly #heap: Ending<T>[] = [];

  add(at: number, one: T): Ending<T> {
    const ending = { at, one, index: this.#heap.length };
    this.#heap.push(ending);
    this.#settle(ending);
    return ending;
  }

  /** When the first of them ends. */
  get first(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes out the first of what has ended by `now`. */
  take(now: number): T | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.at > now) return undefined;
    this.remove(first);
    return first.one;
  }

  remove(ending: Ending<T>): void {
    const { index } = ending;
    if (index < 0) return;
    ending.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === ending) return;
    last.index = index;
    this.#settle(last);
  }

  /** Moves an ending to its place, from `index`, where nothing else stands. */
  #settle(ending: Ending<T>): void {
    const heap = this.#heap;
    let { index } = ending;
    for (let above = heap[(index - 1) >> 1]; index > 0 && above !== undefined && above.at > ending.at; ) {
      index = this.#put(above, index);
      above = heap[(index - 1) >> 1];
    }
    for (let below = this.#below(index); below !== undefined && below.at < ending.at; ) {
      index = this.#put(below, index);
      below = this.#below(index);
    }
    this.#put(ending, index);
  }

  /** Puts an ending at `index`, and returns where it stood. */
  #put(ending: Ending<T>, index: number): number {
    const before = ending.index;
    this.#heap[index] = ending;
    ending.index = index;
    return before;
  }

  /** The earlier of the two below. */
  #below(index: number): Ending<T> | undefined {
    const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
    return right !== undefined && left !== undefined && right.at < left.at ? right : left;
  }
}
