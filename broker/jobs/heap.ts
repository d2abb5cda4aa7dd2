/** Things in an order, the first of them at hand: a binary heap. */
export class Heap<T> {
  readonly #before: (a: T, b: T) => boolean;
  #things: T[] = [];

  /** `before` says whether a comes before b. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#things.length;
  }

  get first(): T | undefined {
    return this.#things[0];
  }

  add(thing: T): void {
    const things = this.#things;
    if (things.length === 0) {
      // There are many heaps of one thing, and a list that grows takes room for many at once.
      this.#things = [thing];
      return;
    }
    let at = things.length;
    for (let above = (at - 1) >> 1; at > 0; above = (at - 1) >> 1) {
      const over = things[above] as T;
      if (!this.#before(thing, over)) break;
      things[at] = over;
      at = above;
    }
    things[at] = thing;
  }

  /** Takes the first out. */
  take(): T | undefined {
    const things = this.#things;
    const first = things[0];
    const last = things.pop();
    if (last === undefined || things.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= things.length) break;
      const right = left + 1;
      const below =
        right < things.length && this.#before(things[right] as T, things[left] as T) ? right : left;
      if (!this.#before(things[below] as T, last)) break;
      things[at] = things[below] as T;
      at = below;
    }
    things[at] = last;
    return first;
  }
}
