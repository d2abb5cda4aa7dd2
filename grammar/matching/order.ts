import type { Party } from '../documents/model.ts';
import { atOf, type Cell, compile, type Expression } from '../expressions/index.ts';
import { orderCodePoints } from '../values/version.ts';
import type { Costs } from './clauses.ts';
import { bindRows } from './conditions.ts';
import { type Cost, orderCosts } from './cost.ts';
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

/** Orders matches as section 6 of the language says. */
export class Order {
  readonly #supply: Supply;
  readonly #costs: Costs;
  readonly #rank: ((row: number) => Cell) | undefined;
  readonly #prefers: readonly ((row: number) => Cell)[];

  constructor(ask: Party, supply: Supply, costs: Costs) {
    const compiled = ({ root }: Expression) => atOf(compile(root, bindRows(supply, 'their', ask.facts)));
    this.#supply = supply;
    this.#costs = costs;
    this.#rank = ask.rank === undefined ? undefined : compiled(ask.rank);
    this.#prefers = ask.prefers.map(({ expression }) => compiled(expression));
  }

  rank(row: number): Cell {
    return this.#rank?.(row);
  }

  /** Where a row stands; nothing where its Rank alone puts it after `last`. */
  standing(row: number, last: Standing | undefined): Standing | undefined {
    const cell = this.#rank?.(row);
    if (typeof cell === 'number' && last?.dimension === 'number' && cell < last.rank) return undefined;
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

/** By name; what has no Rank is last. */
function orderDimensions(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1;
  return a < b ? -1 : 1;
}
