import type { Kept } from './kept.ts';
import type { Layout } from './layout.ts';
import { siftedAtOnce } from './sieve.ts';

/** Columns of all places that are parted at once: about so many that to sift them takes a part of a millisecond. */
const columnsAtOnce = 131_072;

/** The records of one layout among places that were parted. */
export interface Group {
  /** Of the layout. */
  readonly number: number;
  /** They are those of all from here on, so many. */
  readonly from: number;
  readonly count: number;
}

/** Places parted by the layouts of their records. */
export class Groups {
  /** The records of one group after those of the other, each group in the order of the places. */
  readonly records = new Int32Array(siftedAtOnce);
  /** By place that is parted, from 0 on, the number of its layout. */
  readonly #numberOf = new Int32Array(siftedAtOnce);
  readonly #numbers: number[] = [];
  /** By number of a layout: how many of its places there are, columns of each, and where its next record comes. */
  #counts = new Int32Array(0);
  #widths = new Int32Array(0);
  #nexts = new Int32Array(0);

  /**
   * Parts some of the next places, of which the first is `from`, and returns which is next. `open` says how many columns could
   * be looked at in the time that it takes to open a layout, and is asked of each once.
   */
  part(
    places: Int32Array,
    from: number,
    { layouts, layoutOf, recordOf }: Kept,
    open: (layout: Layout) => number,
  ): number {
    const [numberOf, layoutNumbers] = [this.#numberOf, layoutOf.values];
    let [counts, widths] = [this.#counts, this.#widths];
    const until = Math.min(from + siftedAtOnce, places.length);
    let [columns, next] = [0, from];
    for (; next < until && columns < columnsAtOnce; next += 1) {
      const number = layoutNumbers[places[next] as number] as number;
      if (number >= counts.length) {
        this.#grow(number);
        [counts, widths] = [this.#counts, this.#widths];
      }
      if (counts[number] === 0) {
        const layout = layouts.at(number);
        this.#numbers.push(number);
        widths[number] = layout.width;
        columns += open(layout);
      }
      numberOf[next - from] = number;
      counts[number] = (counts[number] as number) + 1;
      columns += widths[number] as number;
    }
    this.#list(places, from, next, recordOf.values);
    return next;
  }

  #list(places: Int32Array, from: number, until: number, recordOf: Int32Array): void {
    const [records, numberOf, nexts] = [this.records, this.#numberOf, this.#nexts];
    let first = 0;
    for (const number of this.#numbers) {
      nexts[number] = first;
      first += this.#counts[number] as number;
    }
    for (let at = from; at < until; at += 1) {
      const number = numberOf[at - from] as number;
      const to = nexts[number] as number;
      records[to] = recordOf[places[at] as number] as number;
      nexts[number] = to + 1;
    }
  }

  /** Those that were parted last; then there are none any more. */
  take(): readonly Group[] {
    let from = 0;
    const groups = this.#numbers.map((number) => {
      const group = { number, from, count: this.#counts[number] as number };
      this.#counts[number] = 0;
      from += group.count;
      return group;
    });
    this.#numbers.length = 0;
    return groups;
  }

  #grow(number: number): void {
    const [counts, widths, nexts] = [this.#counts, this.#widths, this.#nexts];
    const length = 2 * (number + 1);
    this.#counts = new Int32Array(length);
    this.#widths = new Int32Array(length);
    this.#nexts = new Int32Array(length);
    this.#counts.set(counts);
    this.#widths.set(widths);
    this.#nexts.set(nexts);
  }
}
