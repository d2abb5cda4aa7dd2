import { type Block, type Filling, fillBlock, type Obstacle } from './block.ts';
import type { Verdict } from './check.ts';
import { effortASlice } from './effort.ts';
import type { Distance } from './nearest.ts';
import { List } from './pages.ts';
import type { Refusals } from './refusals.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';
import { ByNumber } from './tally.ts';
import { isFalse, isTrue } from './truth.ts';
import type { Demand, Wants } from './wants.ts';

/** What is known of one demand. */
export class Refused implements Obstacle {
  readonly demand: Demand;
  readonly verdict: Verdict;
  readonly #refusals: Refusals;
  readonly #supply: Supply;
  readonly #findNear: () => Distance | undefined;
  /** Null until somebody wants to know it. */
  #near: Distance | undefined | null = null;

  constructor(
    demand: Demand,
    verdict: Verdict,
    refusals: Refusals,
    supply: Supply,
    findNear: () => Distance | undefined,
  ) {
    this.demand = demand;
    this.verdict = verdict;
    this.#refusals = refusals;
    this.#supply = supply;
    this.#findNear = findNear;
  }

  /** How far the Ask's fact is from what the test takes, and the test. */
  get #nearest(): Distance | undefined {
    if (this.#near === null) this.#near = this.#findNear();
    return this.#near;
  }

  /** Counts it for some Tells that want it, of which that of the row was told first. */
  count(isNo: boolean, wants: Wants, row: number, tells: number): void {
    const refusals = this.#refusals;
    const told = this.#supply.toldOf(row);
    if (told <= refusals.told) {
      const place = this.#placeOf(wants, row);
      if (told < refusals.told || place < refusals.place) refusals.place = place;
      refusals.told = told;
    }
    if (isNo) refusals.no += tells;
    else refusals.unsaid += tells;
    const near = isNo ? this.#nearest : undefined;
    if (near !== undefined) refusals.nearest.offer(near, row, told, this.#supply);
  }

  /** Its place among all that the Tell of a row wants. */
  #placeOf(wants: Wants, row: number): number {
    const demands = wants.things.at(wants.at(row))?.demands ?? [];
    const within = demands.indexOf(this.demand) / (demands.length + 1);
    return this.#supply.shapeOf(row).wants.indexOf(wants) + within;
  }

  stopsAlone(row: number): number {
    const near = this.#nearest;
    if (near === undefined || this.demand.kind !== 'test') return 0;
    const { opening } = this.#refusals;
    const told = this.#supply.toldOf(row);
    opening.offer(near, row, told, this.#supply);
    if (opening.told === told) this.#refusals.openingTest = this.demand.test.test;
    return 0;
  }
}

/** What is known of all that is wanted under one number. */
interface Known {
  readonly all: readonly Refused[];
  /** What is not met; absent where that depends on the row. */
  readonly refused: readonly Refused[] | undefined;
}

/** Counts one column of wants. Those of one number are counted together, unless the verdict depends on the row. */
export class WantsCount {
  readonly #wants: Wants;
  readonly #verdicts: Filling;
  readonly #supply: Supply;
  readonly #about: (demand: Demand) => Refused;
  readonly #effortOf: (number: number) => number;
  readonly #byNumber = new ByNumber();
  #effort = 0;
  readonly #known = new List<Known>();

  constructor(
    wants: Wants,
    verdicts: Filling,
    supply: Supply,
    about: (demand: Demand) => Refused,
    effortOf: (number: number) => number,
  ) {
    this.#effortOf = effortOf;
    this.#wants = wants;
    this.#verdicts = verdicts;
    this.#supply = supply;
    this.#about = about;
  }

  /** Whether so much was looked at that a slice is over; then it says so once. */
  isSliceOver(): boolean {
    if (this.#effort < effortASlice) return false;
    this.#effort = 0;
    return true;
  }

  *count(block: Block): Sliced<void> {
    const { from, codes, rows } = block;
    yield* fillBlock(this.#verdicts, block);
    for (let at = 0; at < block.count; at += 1) {
      const row = rows[at] as number;
      if (codes[row - from] === isTrue) continue;
      this.countRow(block, row);
      if (this.isSliceOver()) yield;
    }
  }

  /** Counts the Tell of a row, of which the check may not be TRUE. */
  countRow(block: Block, row: number): void {
    const number = this.#wants.at(row);
    const { all, refused } = this.#knownOf(number);
    if (refused === undefined) {
      this.#effort += this.#effortOf(number);
      this.#countByRow(block, row, all);
      return;
    }
    for (const one of refused) block.fail(row, one);
    if (refused.length > 0) this.#byNumber.take(number, row, this.#supply.toldOf(row));
  }

  #knownOf(number: number): Known {
    // What makes it is apart: a method with a closure in it takes memory whenever it is called.
    return this.#known.at(number) ?? this.#find(number);
  }

  #find(number: number): Known {
    this.#effort += this.#effortOf(number);
    const all = (this.#wants.things.at(number)?.demands ?? []).map((demand) => this.#about(demand));
    const isShared = all.every(({ verdict }) => typeof verdict === 'number');
    const refused = isShared ? all.filter(({ verdict }) => verdict !== isTrue) : undefined;
    const found = { all, refused };
    this.#known.set(number, found);
    return found;
  }

  #countByRow(block: Block, row: number, all: readonly Refused[]): void {
    for (const one of all) {
      const code = typeof one.verdict === 'function' ? one.verdict(row) : one.verdict;
      if (code === isTrue) continue;
      block.fail(row, one);
      one.count(code === isFalse, this.#wants, row, 1);
    }
  }

  /** Counts what was seen of all blocks. */
  *end(): Sliced<void> {
    yield* this.#byNumber.each((number, tells, row) => {
      const refused = this.#known.at(number)?.refused ?? [];
      for (const one of refused) one.count(one.verdict === isFalse, this.#wants, row, tells);
      return refused.length;
    });
  }
}
