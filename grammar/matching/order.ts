import type { Party } from '../documents/model.ts';
import { atOf, type Cell, compile, type Expression } from '../expressions/index.ts';
import { orderCodePoints } from '../values/version.ts';
import type { Best } from './best.ts';
import type { Costs } from './clauses.ts';
import { bindRows, keyOfFacts, namesOf } from './conditions.ts';
import { type Cost, orderCosts } from './cost.ts';
import { effortASlice } from './effort.ts';
import { compileLanes, type Lanes, prepareColumns } from './lanes.ts';
import { Ranks } from './ranks.ts';
import { rowEffort } from './row-effort.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';

/** What decides the place of a match among the others. */
export interface Standing {
  readonly row: number;
  /** The dimension of the Rank, or 'number'; empty where there is none. */
  readonly dimension: string;
  readonly rank: number;
  /** How many Prefer hold. */
  readonly preferred: number;
  readonly cost: Cost;
  readonly told: number;
}

const dimensions: ReadonlySet<string> = new Set(['bytes', 'duration', 'frequency', 'rate']);

/** Ranks of many rows at once: NaN where one is no plain number. */
export interface ReadRanks {
  /** Those of all rows, where they are kept. */
  readonly byRow: Ranks | undefined;
  /** Those of some, in their order; absent where a Rank takes a look at each row. */
  readonly of: Lanes | undefined;
}

/** Orders matches as section 6 of the language says. */
export class Order {
  readonly #ask: Party;
  readonly #supply: Supply;
  readonly #costs: Costs;
  readonly #rank: ((row: number) => Cell) | undefined;
  readonly #prefers: readonly ((row: number) => Cell)[];
  /** Made when the first row is offered. */
  #effort: ((row: number) => number) | undefined;

  constructor(ask: Party, supply: Supply, costs: Costs) {
    const compiled = ({ root }: Expression) => atOf(compile(root, bindRows(supply, 'their', ask.facts)));
    this.#ask = ask;
    this.#supply = supply;
    this.#costs = costs;
    this.#rank = ask.rank === undefined ? undefined : compiled(ask.rank);
    this.#prefers = ask.prefers.map(({ expression }) => compiled(expression));
  }

  /** What it takes to find where a row stands. */
  get #effortOf(): (row: number) => number {
    this.#effort ??= standingEffort(this.#ask, this.#supply);
    return this.#effort;
  }

  rank(row: number): Cell {
    return this.#rank?.(row);
  }

  /** Ranks of many rows at once: those that are kept for every row, or found for these. */
  *ranks(): Sliced<ReadRanks> {
    const { rank, facts } = this.#ask;
    const lanes = rank && compileLanes(rank.root, this.#supply, facts);
    if (rank === undefined || lanes === undefined) return { byRow: undefined, of: undefined };
    const { mine, their } = namesOf(rank.root);
    yield* prepareColumns(this.#supply, their);
    const key = rank.text + keyOfFacts(mine, facts);
    return { byRow: yield* this.#supply.ranks.of(key, () => new Ranks(lanes)), of: lanes };
  }

  /** Offers rows for a place among the best. */
  *offer(rows: Int32Array, ranks: ReadRanks, best: Best<Standing>): Sliced<void> {
    const found = ranks.byRow === undefined && ranks.of !== undefined ? new Float64Array(rows.length) : none;
    if (found.length > 0) ranks.of?.(rows, rows.length, found);
    for (let at = 0; at < rows.length; ) {
      at = this.#offerSome(rows, at, ranks.byRow?.values ?? found, found.length > 0, best);
      if (at < rows.length) yield;
    }
  }

  /** Offers rows from a place on until a slice is over, and returns the place to go on from. `values` are Ranks, by row or by place. */
  #offerSome(
    rows: Int32Array,
    from: number,
    values: Float64Array,
    byPlace: boolean,
    best: Best<Standing>,
  ): number {
    const effortOf = this.#effortOf;
    let least = leastOf(best.last);
    let effort = 0;
    for (let at = from; at < rows.length; at += 1) {
      const row = rows[at] as number;
      // The Rank of most rows alone says that they come after the last of the best; NaN says nothing.
      if ((values[byPlace ? at : row] as number) < least) continue;
      if (effort >= effortASlice) return at;
      const costing = this.#costs.effort;
      const { last } = best;
      if (last === undefined || !this.#isBehind(row, last)) {
        best.offer(this.#standing(row));
        least = leastOf(best.last);
      }
      // A page of rows that take little is one slice.
      effort += effortOf(row) - 1 + this.#costs.effort - costing;
    }
    return rows.length;
  }

  /** Whether little work says that a row comes after the last of the best. */
  #isBehind(row: number, last: Standing): boolean {
    if (this.#rank === undefined) {
      if (this.#prefers.length > 0) return false;
      const cost = this.#costs.at(row);
      const byCost = cost === last.cost ? 0 : orderCosts(cost, last.cost);
      return byCost > 0 || (byCost === 0 && this.#supply.toldOf(row) > last.told);
    }
    if (last.dimension !== 'number') return false;
    const cell = this.#rank(row);
    return typeof cell === 'number' && cell < last.rank;
  }

  #standing(row: number): Standing {
    const cell = this.#rank?.(row);
    const told = this.#supply.toldOf(row);
    const cost = this.#costs.at(row);
    const preferred = this.#prefers.reduce((sum, holds) => sum + Number(holds(row) === true), 0);
    if (typeof cell === 'number') return { row, dimension: 'number', rank: cell, preferred, cost, told };
    if (typeof cell === 'object' && 'unit' in cell && dimensions.has(cell.unit)) {
      return { row, dimension: cell.unit, rank: cell.value, preferred, cost, told };
    }
    return { row, dimension: '', rank: 0, preferred, cost, told };
  }

  /** Negative where a comes first. */
  compare(a: Standing, b: Standing): number {
    if (a.dimension !== b.dimension) return orderDimensions(a.dimension, b.dimension);
    if (a.rank !== b.rank) return a.rank > b.rank ? -1 : 1;
    if (a.preferred !== b.preferred) return b.preferred - a.preferred;
    const byCost = orderCosts(a.cost, b.cost);
    if (byCost !== 0) return byCost;
    return a.told - b.told || orderCodePoints(this.#supply.idOf(a.row), this.#supply.idOf(b.row));
  }
}

function standingEffort({ rank, prefers, facts }: Party, supply: Supply): (row: number) => number {
  const all = [...(rank ? [rank] : []), ...prefers.map(({ expression }) => expression)];
  const names = all.map(({ root }) => namesOf(root));
  const known = keyOfFacts([...new Set(names.flatMap(({ mine }) => mine))], facts);
  const read = [...new Set(names.flatMap(({ their }) => their))];
  return rowEffort(all.map(({ text }) => text).join() + known, read, supply);
}

/** By name; what has no Rank is last. */
function orderDimensions(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1;
  return a < b ? -1 : 1;
}

const none = new Float64Array(0);

/** Below which Rank a row comes after the last of the best: where that has none, below none. */
function leastOf(last: Standing | undefined): number {
  return last?.dimension === 'number' ? last.rank : Number.NEGATIVE_INFINITY;
}
