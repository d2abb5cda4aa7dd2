import type { Party } from '../documents/model.ts';
import type { Cell } from '../expressions/index.ts';
import { Best } from './best.ts';
import { type Bits, intersect, listRows, wordsFor } from './bits.ts';
import { always, type Check } from './check.ts';
import { Costs, clauseCheck, type Estimate } from './clauses.ts';
import type { Cost } from './cost.ts';
import { Demands } from './demands.ts';
import { effortASlice } from './effort.ts';
import { Order, type Standing } from './order.ts';
import { pageRows } from './pages.ts';
import { Sift, siftAll, siftAndOrder } from './sift.ts';
import { atSnapshot, type Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';
import { Taker } from './taken.ts';
import { isTrue } from './truth.ts';
import { VerdictBits } from './verdict-bits.ts';
import type { Snapshot } from './versions.ts';

/** An Ask's answer. */
export interface Answer {
  /** The rows of the Tells, best first, at most the Ask's Limit; with Count those that together carry it, or none. */
  readonly rows: readonly number[];
  /** When they were told: a row may be another Tell's once the snapshot is no longer open. */
  readonly told: readonly number[];
  /** How many Tells match by themselves. */
  readonly matched: number;
}

/** Tells of an answer that one slice puts to the Ask once more. */
const verifiedASlice = 64;
/** Rows by which it is seen which checks drop most. */
const orderingRows = 256;
const noRows = new Int32Array(0);

/** An Ask that is compiled for a table of Tells. */
export class Matcher {
  readonly ask: Party;
  readonly supply: Supply;
  readonly #taker: Taker;
  #compiled: Compiled;
  #epoch: number;
  #generation: number;
  /** Of what was compiled before. */
  #past = 0;
  #pastCosting = 0;

  constructor(ask: Party, supply: Supply) {
    this.ask = ask;
    this.supply = supply;
    this.#taker = new Taker(ask);
    this.#compiled = compileAsk(ask, supply, this.#taker);
    this.#epoch = supply.epoch;
    this.#generation = supply.generation;
  }

  /** One for each of the Ask's clauses, in their order. */
  get clauses(): readonly Check[] {
    return this.#compiled.clauses;
  }

  get demands(): Demands {
    return this.#compiled.demands;
  }

  /** What it took so far to find verdicts, of which a slice has about `effortASlice`. */
  get effort(): number {
    return this.#past + effortOf(this.#compiled);
  }

  /** Whether the Tell of a row matches. */
  matches(row: number): boolean {
    this.refresh();
    return this.demands.at(row) === isTrue && this.clauses.every((clause) => clause.at(row) === isTrue);
  }

  cost(row: number): Cost {
    this.refresh();
    return this.#compiled.costs.at(row);
  }

  /** What it took so far to find costs and estimates. */
  get costing(): number {
    return this.#pastCosting + this.#compiled.costs.effort;
  }

  /** What the Tell of a row would cost in each of its currencies, whatever the Budgets. */
  estimates(row: number): readonly Estimate[] {
    this.refresh();
    return this.#compiled.costs.estimates(row);
  }

  /** How many of the slots that Count asks for some rows and `before` carry together, at most all. */
  carried(rows: Iterable<number>, before: number): number {
    const { count } = this.ask;
    let carried = before;
    for (const row of rows) {
      if (carried >= count) return count;
      carried += this.#taker.carried(this.supply, row);
    }
    return Math.min(carried, count);
  }

  /** The Rank of the Tell of a row; UNKNOWN where the Ask has none. */
  rank(row: number): Cell {
    return this.#compiled.order.rank(row);
  }

  /** Of a snapshot, or of the Tells as they are when it begins. */
  answer(snapshot?: Snapshot): Sliced<Answer> {
    return atSnapshot(this.supply, snapshot, (at) => this.#answer(at));
  }

  *#answer(snapshot: Snapshot): Sliced<Answer> {
    const { count, limit } = this.ask;
    this.refresh();
    const { order } = this.#compiled;
    const best = new Best<Standing>(count > 1 ? count : limit, (a, b) => order.compare(a, b));
    const ranks = yield* order.ranks();
    let matched = 0;
    for (const rows of this.#matching(snapshot)) {
      yield* order.offer(rows, ranks, best);
      matched += rows.length;
      yield;
    }
    const found = best.inOrder();
    const rows = found.map(({ row }) => row);
    yield* this.#verify(rows);
    const most = count > 1 ? this.#carrying(rows) : rows.length;
    return { rows: rows.slice(0, most), told: found.slice(0, most).map(({ told }) => told), matched };
  }

  /**
   * Rows that match, and of which `also` is TRUE, slice by slice, in the table's order: of a snapshot, or of the Tells as
   * they are when it begins.
   */
  matching(snapshot?: Snapshot, ...also: readonly Check[]): Generator<Int32Array, void, undefined> {
    return atSnapshot(this.supply, snapshot, (at) => this.#matching(at, also));
  }

  *#matching({ version }: Snapshot, also: readonly Check[] = []): Generator<Int32Array, void, undefined> {
    // What a row of the snapshot holds is numbered as it is until the snapshot is closed.
    this.refresh();
    const { versions, rows: end } = this.supply;
    const { maps, rest } = yield* this.#split(also);
    const words: Bits = new Int32Array(wordsFor(pageRows));
    const rows = new Int32Array(pageRows);
    let isOrdered = false;
    for (let from = 0; from < end; from += pageRows) {
      const first = wordsFor(from);
      const length = Math.min(words.length, wordsFor(end) - first);
      words.set(this.supply.open.subarray(first, first + length));
      intersect(words, length, maps, first);
      const sift = new Sift(rows, listRows(words, length, from, rows));
      const isOrdering: boolean = !isOrdered && sift.count >= orderingRows;
      const work = isOrdering ? siftAndOrder(rest, sift) : siftAll(rest, sift);
      for (const _ of work) yield noRows;
      isOrdered ||= isOrdering;
      const { count } = sift;
      yield rows.subarray(0, versions.seesAll(version) ? count : versions.keep(rows, count, version));
    }
  }

  /** The checks whose verdicts are kept for all rows, as bits; and the others. */
  *#split(also: readonly Check[]): Generator<Int32Array, { maps: Bits[]; rest: Check[] }, undefined> {
    const { clauses, demands } = this.#compiled;
    const checks = [...also, ...clauses.flatMap(({ parts }) => parts), ...demands.checks()];
    const maps: Bits[] = [];
    const rest: Check[] = [];
    for (const check of checks) {
      const { key } = check;
      if (key === always) continue;
      for (const _ of check.prepare()) yield noRows;
      const find = verdictsOf(check, key, this.supply);
      let step = find.next();
      for (; !step.done; step = find.next()) yield noRows;
      if (step.value === undefined) rest.push(check);
      else maps.push(step.value.whereTrue);
    }
    return { maps, rest };
  }

  /** What is kept by row may only save work: each Tell of an answer is put to the Ask once more. */
  *#verify(rows: readonly number[]): Sliced<void> {
    const compiled = this.#compiled;
    const { clauses, demands } = compiled;
    const effort = () => effortOf(compiled);
    let until = effort() + effortASlice;
    for (const [index, row] of rows.entries()) {
      if (index % verifiedASlice === verifiedASlice - 1 || effort() >= until) {
        yield;
        until = effort() + effortASlice;
      }
      const isMatch =
        demands.afresh(row) === isTrue && clauses.every((clause) => clause.afresh(row) === isTrue);
      if (!isMatch) throw new Error(`the Tell ${this.supply.idOf(row)} was found and does not match`);
    }
  }

  /** How many of the rows together carry the Ask's Count; none where all do not. */
  #carrying(rows: readonly number[]): number {
    let carried = 0;
    for (const [index, row] of rows.entries()) {
      carried += this.#taker.carried(this.supply, row);
      if (carried >= this.ask.count) return index + 1;
    }
    return 0;
  }

  /** Forgets what was remembered by numbers that may be of other things by now. */
  refresh(): void {
    const { epoch, generation } = this.supply;
    if (generation !== this.#generation) {
      this.#past = this.effort;
      this.#pastCosting = this.costing;
      this.#compiled = compileAsk(this.ask, this.supply, this.#taker);
    } else if (epoch !== this.#epoch) {
      const { costs, demands, clauses } = this.#compiled;
      costs.forget();
      demands.forget();
      for (const clause of clauses) clause.forget();
    }
    this.#epoch = epoch;
    this.#generation = generation;
  }
}

/** What is made of an Ask for the columns of a table as they are. */
interface Compiled {
  readonly clauses: readonly Check[];
  readonly demands: Demands;
  readonly costs: Costs;
  readonly order: Order;
}

function compileAsk(ask: Party, supply: Supply, taker: Taker): Compiled {
  const costs = new Costs(ask, supply, taker);
  return {
    clauses: ask.clauses.map((clause) => clauseCheck(clause, ask, supply, costs)),
    demands: new Demands(ask, supply),
    costs,
    order: new Order(ask, supply, costs),
  };
}

function effortOf({ clauses, demands }: Compiled): number {
  return clauses.reduce((sum, clause) => sum + clause.effort, demands.effort);
}

/** What is kept of a check for every row, if it is; `key` is the check's. */
export function* verdictsOf(
  check: Check,
  key: string | undefined,
  supply: Supply,
): Sliced<VerdictBits | undefined> {
  if (key === undefined || key === always) return undefined;
  return yield* supply.verdicts.of(key, () => new VerdictBits(check, supply));
}
