import type { Promised } from '../documents/model.ts';
import { printTest } from '../tests/print.ts';
import type { Block, Filling } from './block.ts';
import { isCritical, missing } from './demands.ts';
import { type Matcher, verdictsOf } from './matcher.ts';
import { type Distance, distanceOf, spanOf } from './nearest.ts';
import { Refusals } from './refusals.ts';
import type { Sliced } from './sliced.ts';
import type { Demand, Wants } from './wants.ts';
import { Refused, WantsCount } from './wants-count.ts';

/** Counts what the Tells want of an Ask, in the order in which the first of each name was told. */
export class DemandTally {
  /** Terms that are critical to the Ask, and how many Tells do not know them: only what is not zero. */
  readonly unknownTerms = new Map<Promised, number>();
  /** Tells without a slot left. */
  soldOut = 0;
  readonly #matcher: Matcher;
  readonly #byName = new Map<string, Refusals>();
  readonly #columns = new Map<Wants, WantsCount>();

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  /** Each name of whose tests the Ask does not pass some. */
  get refusals(): Refusals[] {
    return [...this.#byName.values()]
      .filter(({ no, unsaid }) => no + unsaid > 0)
      .sort((a, b) => a.told - b.told || a.place - b.place);
  }

  /** Takes what is kept of columns of wants. */
  *begin(): Sliced<void> {
    const { supply, demands } = this.#matcher;
    for (const wants of supply.wants) {
      if (!wants.isDense) continue;
      const check = demands.check(wants);
      yield* check.prepare();
      const kept = yield* verdictsOf(check, check.key, supply);
      if (kept !== undefined) this.#columns.set(wants, this.#columnOf(wants, kept));
    }
  }

  /** Counts what the Tells of a block want. */
  *count(block: Block): Sliced<void> {
    const { supply, demands } = this.#matcher;
    const { wants: all } = supply;
    const { isAnyCritical } = demands;
    // Others come and grow between the slices.
    const dense = new Set(all.filter(({ isDense }) => isDense));
    const isAnySparse = all.some((wants) => !dense.has(wants) && wants.rows > 0);
    for (const wants of dense) yield* this.#column(wants).count(block);
    for (let at = 0; at < block.count; at += 1) {
      const row = block.rows[at] as number;
      if (isAnyCritical) this.#countManners(block, row);
      if (!(supply.slotsOf(row) > 0)) {
        block.fail(row, undefined);
        this.soldOut += 1;
      }
      if (!isAnySparse) continue;
      for (const wants of supply.shapeOf(row).wants) {
        if (dense.has(wants)) continue;
        const column = this.#column(wants);
        column.countRow(block, row);
        if (column.isSliceOver()) yield;
      }
    }
  }

  /** Counts what was seen of all blocks, once they have been. */
  *end(): Sliced<void> {
    for (const column of this.#columns.values()) yield* column.end();
  }

  #column(wants: Wants): WantsCount {
    const known = this.#columns.get(wants);
    if (known !== undefined) return known;
    const column = this.#columnOf(wants, this.#matcher.demands.check(wants));
    this.#columns.set(wants, column);
    return column;
  }

  #columnOf(wants: Wants, verdicts: Filling): WantsCount {
    const { supply, demands } = this.#matcher;
    const effortOf = (number: number) => demands.check(wants).effortOf(number);
    return new WantsCount(wants, verdicts, supply, (demand) => this.#about(demand), effortOf);
  }

  #countManners(block: Block, row: number): void {
    const { demands, supply } = this.#matcher;
    if (demands.isUnderstood(row)) return;
    block.fail(row, undefined);
    this.#countUnknown(supply.mannerOf(row));
  }

  #countUnknown(manner: number): void {
    const { ask, supply } = this.#matcher;
    const manners = supply.manners.at(manner);
    if (manners === undefined) return;
    for (const term of missing(ask, manners)) {
      if (isCritical(ask, term)) this.unknownTerms.set(term, (this.unknownTerms.get(term) ?? 0) + 1);
    }
  }

  #about(demand: Demand): Refused {
    const { supply, demands } = this.#matcher;
    const [spelled, name] = namesOf(demand);
    const refusals = this.#byName.get(spelled) ?? new Refusals(spelled, name);
    this.#byName.set(spelled, refusals);
    return new Refused(demand, demands.verdict(demand), refusals, supply, () => this.#near(demand));
  }

  /** How far the Ask's fact is from what a Tell's test takes, and the test. */
  #near(demand: Demand): Distance | undefined {
    if (demand.kind !== 'test') return undefined;
    const { test, name } = demand.test;
    const span = spanOf(test);
    const distance = span && distanceOf(span, this.#matcher.ask.facts.get(name));
    return distance && { distance: distance.distance, text: printTest(test) };
  }
}

function namesOf(demand: Demand): [spelled: string, name: string] {
  if (demand.kind === 'test') return [demand.test.spelled, demand.test.name];
  return demand.kind === 'explicit' ? ['Explicit', 'explicit'] : ['Requires', 'requires'];
}
