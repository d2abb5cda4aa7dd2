interface Link<T> {
  readonly of: T;
  readonly at: number;
  index: number;
}

/** The moment at which each of many is to be looked at again: the earliest is found at once, and any is set anew. */
export class Deadlines<T> {
  readonly #links = new Map<T, Link<T>>();
  /** A heap: none is later than the two at twice its index, plus one and plus two. */
  readonly #heap: Link<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest; undefined where there is none. */
  get next(): number | undefined {
    return this.#heap[0]?.at;
  }

  set(of: T, at: number): void {
    if (this.#links.get(of)?.at === at) return;
    this.delete(of);
    const link: Link<T> = { of, at, index: this.#heap.length };
    this.#links.set(of, link);
    this.#heap.push(link);
    this.#rise(link);
  }

  delete(of: T): void {
    const link = this.#links.get(of);
    if (link === undefined) return;
    this.#links.delete(of);
    const last = this.#heap.pop()!;
    if (last === link) return;
    this.#put(last, link.index);
    this.#rise(last);
    this.#sink(last);
  }

  of(one: T): number | undefined {
    return this.#links.get(one)?.at;
  }

  /** Takes out those that are due by `now`, the earliest first, at most `most`. */
  take(now: number, most = Infinity): T[] {
    const due: T[] = [];
    for (let first = this.#heap[0]; due.length < most; first = this.#heap[0]) {
      if (first === undefined || first.at > now) break;
      this.delete(first.of);
      due.push(first.of);
    }
    return due;
  }

  #put(link: Link<T>, index: number): void {
    link.index = index;
    this.#heap[index] = link;
  }

  #rise(link: Link<T>): void {
    while (link.index > 0) {
      const { index } = link;
      const above = this.#heap[(index - 1) >>> 1]!;
      if (above.at <= link.at) return;
      const to = above.index;
      this.#put(above, index);
      this.#put(link, to);
    }
  }

  #sink(link: Link<T>): void {
    for (;;) {
      const { index } = link;
      const [left, right] = [this.#heap[2 * index + 1], this.#heap[2 * index + 2]];
      const least = right !== undefined && right.at < left!.at ? right : left;
      if (least === undefined || least.at >= link.at) return;
      const to = least.index;
      this.#put(least, index);
      this.#put(link, to);
    }
  }
}
