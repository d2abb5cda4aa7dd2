import { keepTrue, type Lane, LaneRoom } from './lane.ts';
import { keepWithin, type Limits } from './limits.ts';
import type { Pool } from './pool.ts';
import { Records } from './records.ts';

/** Asks that are sifted together: so many that what is looked at of them stays close at hand. */
export const siftedAtOnce = 4_096;

/** Records of one layout that are looked at together, column by column. One of these serves all, one after the other. */
export class Sieve {
  readonly #list = new Int32Array(siftedAtOnce);
  /** Of what is left something was not found out on the way. */
  readonly #open: number[] = [];
  readonly #room = new LaneRoom();
  #records = new Records(0, 0);
  #count = 0;

  /** How many are left. */
  get count(): number {
    return this.#count;
  }

  /** Those that are left, the first `count` of these. */
  get list(): Int32Array {
    return this.#list;
  }

  /** Those that are left but for what was not found out. */
  get open(): readonly number[] {
    return this.#open;
  }

  /** Begins with so many of a list, from one on. */
  begin(records: Records, list: Int32Array, from: number, count: number): void {
    this.#records = records;
    this.clear();
    for (let at = 0; at < count; at += 1) this.#list[at] = list[from + at] as number;
    this.#count = count;
  }

  clear(): void {
    this.#count = 0;
    this.#open.length = 0;
  }

  /** Leaves those whose numbers are within limits. */
  keepWithin({ columns, least, most }: Limits): void {
    const { numbers, capacity } = this.#records;
    for (let each = 0; each < columns.length && this.#count > 0; each += 1) {
      const column = columns[each] as number;
      const ends = { from: column * capacity, least: least[each] as number, most: most[each] as number };
      const [lowest, highest] = [this.#records.leastOf(column), this.#records.mostOf(column)];
      if (lowest >= ends.least && highest <= ends.most) continue;
      this.#count = keepWithin(ends, numbers, this.#list, this.#count);
    }
  }

  /** Leaves those whose number in a column passes. */
  keepPassing(column: number, passes: (value: number) => boolean): void {
    const { numbers, capacity } = this.#records;
    const list = this.#list;
    const first = column * capacity;
    let kept = 0;
    for (let at = 0; at < this.#count; at += 1) {
      const record = list[at] as number;
      list[kept] = record;
      kept += Number(passes(numbers[first + record] as number));
    }
    this.#count = kept;
  }

  /**
   * Leaves those where the thing holds whose number in a pool a column has. `find` says whether it does where that was not
   * found yet, and nothing where it is not to be found now: such a record is left open.
   */
  keepHolding<T>(
    pool: Pool<T>,
    column: number,
    stamp: number,
    find: (number: number) => boolean | undefined,
  ): void {
    const common = this.#records.commonCode(column);
    const holds = common < 0 ? undefined : (pool.verdict(common, stamp) ?? find(common));
    if (holds === true) return;
    if (holds === false) this.#count = 0;
    else {
      const { codes, capacity } = this.#records;
      const from = column * capacity;
      this.#count = pool.keep({ codes, from, stamp }, this.#list, this.#count, this.#open, find);
    }
  }

  /** Leaves those of which a condition is TRUE. */
  keepTrue(lane: Lane): void {
    const { numbers, capacity } = this.#records;
    this.#count = keepTrue(lane, { numbers, capacity, list: this.#list, count: this.#count }, this.#room);
  }
}
