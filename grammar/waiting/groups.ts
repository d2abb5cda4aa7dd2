import { siftedAtOnce } from './sieve.ts';

/** Takes what a group has, one by one. */
interface Taker {
  add(record: number): void;
}

const none = -1;

/** Places parted by the layouts of their records, each group in the order of the places. */
export class Groups {
  /** By number of a layout the first of its places, as one of those that are parted. */
  #firsts = new Int32Array(0);
  /** Of each that is parted the next of its group. */
  readonly #nexts = new Int32Array(siftedAtOnce);
  readonly #numbers: number[] = [];

  /** The numbers of the layouts of the first `count` places; each place's is in `layoutOf`. */
  part(places: Int32Array, count: number, layoutOf: Int32Array): readonly number[] {
    const nexts = this.#nexts;
    for (let at = count - 1; at >= 0; at -= 1) {
      const number = layoutOf[places[at] as number] as number;
      if (number >= this.#firsts.length) this.#grow(number);
      const first = this.#firsts[number] as number;
      if (first === none) this.#numbers.push(number);
      nexts[at] = first;
      this.#firsts[number] = at;
    }
    return this.#numbers;
  }

  /** Gives the records of one group, which each place has in `recordOf`. */
  eachOf(number: number, places: Int32Array, recordOf: Int32Array, taker: Taker): void {
    const nexts = this.#nexts;
    for (let at = this.#firsts[number] as number; at !== none; at = nexts[at] as number) {
      taker.add(recordOf[places[at] as number] as number);
    }
  }

  /** There are no groups any more. */
  clear(): void {
    for (const number of this.#numbers) this.#firsts[number] = none;
    this.#numbers.length = 0;
  }

  #grow(number: number): void {
    const longer = new Int32Array(2 * (number + 1)).fill(none);
    longer.set(this.#firsts);
    this.#firsts = longer;
  }
}
