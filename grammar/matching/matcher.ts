import type { Party, Promised } from '../documents/model.ts';
import type { Cell } from '../expressions/index.ts';
import { Best } from './best.ts';
import type { Check } from './check.ts';
import { Costs, clauseCheck } from './clauses.ts';
import type { Cost } from './cost.ts';
import { DemandCheck, missing } from './demands.ts';
import { Order, type Standing } from './order.ts';
import type { Supply } from './supply.ts';
import { Taker } from './taken.ts';
import { isTrue } from './truth.ts';

/** An Ask's answer. */
export interface Answer {
  /** The rows of the Tells, best first, at most the Ask's Limit; with Count those that together carry it, or none. */
  readonly rows: readonly number[];
  /** How many Tells match by themselves. */
  readonly matched: number;
}

/** Work that is done in slices: each `next` does one, of a few thousand rows at most, and the last gives the result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Rows of one slice. */
const sliceRows = 4096;

/** An Ask that is compiled for a table of Tells. */
export class Matcher {
  readonly ask: Party;
  readonly supply: Supply;
  readonly demands: DemandCheck;
  /** One for each of the Ask's clauses, in their order. */
  readonly clauses: readonly Check[];
  readonly #costs: Costs;
  readonly #taker: Taker;
  readonly #order: Order;
  #epoch = -1;

  constructor(ask: Party, supply: Supply) {
    this.ask = ask;
    this.supply = supply;
    this.#taker = new Taker(ask);
    this.#costs = new Costs(ask, supply, this.#taker);
    this.#order = new Order(ask, supply, this.#costs);
    this.demands = new DemandCheck(ask, supply);
    this.clauses = ask.clauses.map((clause) => clauseCheck(clause, ask, supply, this.#costs));
  }

  /** Whether the Tell of a row matches. */
  matches(row: number): boolean {
    this.refresh();
    return this.demands.at(row) === isTrue && this.clauses.every((clause) => clause.at(row) === isTrue);
  }

  cost(row: number): Cost {
    this.refresh();
    return this.#costs.at(row);
  }

  /** The Rank of the Tell of a row; UNKNOWN where the Ask has none. */
  rank(row: number): Cell {
    return this.#order.rank(row);
  }

  /** Those of the Ask's terms that are left out for the Tell of a row. */
  ignored(row: number): Promised[] {
    const manners = this.supply.manners.at(this.supply.mannerOf(row));
    return manners === undefined ? [] : missing(this.ask, manners);
  }

  *answer(): Sliced<Answer> {
    const { count, limit } = this.ask;
    const best = new Best<Standing>(count > 1 ? count : limit, (a, b) => this.#order.compare(a, b));
    let matched = 0;
    for (const rows of this.matching()) {
      for (let at = 0; at < rows.length; at += 1) {
        const standing = this.#order.standing(rows[at] as number, best.last);
        if (standing !== undefined) best.offer(standing);
      }
      matched += rows.length;
      yield;
    }
    const rows = best.inOrder().map(({ row }) => row);
    return { rows: count > 1 ? this.#carrying(rows) : rows, matched };
  }

  /** Rows that match, slice by slice, in the table's order. */
  *matching(): Generator<Int32Array, void, undefined> {
    const checks: Check[] = [...this.clauses, this.demands];
    const rows = new Int32Array(sliceRows);
    for (let from = 0; from < this.supply.rows; from += sliceRows) {
      this.refresh();
      const until = Math.min(from + sliceRows, this.supply.rows);
      let count = 0;
      for (let row = from; row < until; row += 1) rows[count++] = row;
      if (from === 0) {
        const tried = checks.map((check) => {
          const before = { count, effort: check.effort };
          count = check.keep(rows, count);
          return { check, worth: worthOf(before.count, before.count - count, check.effort - before.effort) };
        });
        // What drops many rows for little goes first in the slices after: no order changes what is kept.
        checks.splice(0, checks.length, ...tried.sort((a, b) => b.worth - a.worth).map(({ check }) => check));
      } else {
        for (const check of checks) count = check.keep(rows, count);
      }
      yield rows.subarray(0, count);
    }
  }

  /** The first of the rows that together carry the Ask's Count; none where all do not. */
  #carrying(rows: readonly number[]): number[] {
    let carried = 0;
    const taken: number[] = [];
    for (const row of rows) {
      taken.push(row);
      carried += this.#taker.carried(this.supply, row);
      if (carried >= this.ask.count) return taken;
    }
    return [];
  }

  /** Forgets what was remembered by numbers that may be of other things by now, and says whether there was need. */
  refresh(): boolean {
    const epoch = this.supply.epoch;
    if (epoch === this.#epoch) return false;
    this.#epoch = epoch;
    this.#costs.forget();
    this.demands.forget();
    for (const clause of this.clauses) clause.forget();
    return true;
  }
}

/** Finding a verdict costs about so many times what reading a remembered one does. */
const effortCost = 30;

/** Rows dropped for what it cost to look at them. */
function worthOf(rows: number, dropped: number, effort: number): number {
  return rows === 0 ? 0 : dropped / (rows + effortCost * effort);
}

/** Does sliced work to its end at once. */
export function finish<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
