import type { Clause, Need, Party } from '../documents/model.ts';
import type { Fact } from '../values/fact.ts';
import type { Truth } from '../values/value.ts';
import { type Check, SharedCheck } from './check.ts';
import { compileTest } from './compiled-test.ts';
import { conditionCheck } from './conditions.ts';
import { type Cost, costEffort, costOf } from './cost.ts';
import { testEffort } from './effort.ts';
import { estimate } from './estimate.ts';
import { type Bounds, boundsOf, boundsOfNeed, other } from './measures.ts';
import { pricePasses } from './price-test.ts';
import { RowCheck } from './row-check.ts';
import type { Supply } from './supply.ts';
import type { Taker } from './taken.ts';
import { codeOf } from './truth.ts';

/** The check of one clause of an Ask. */
export function clauseCheck(clause: Clause, ask: Party, supply: Supply, costs: Costs): Check {
  const { kind, index, header } = clause;
  const test = ask.tests[index];
  if (kind === 'test' && test?.name === 'price') {
    return new SharedCheck(
      'Prices',
      header,
      () => pricesOf(supply),
      (number) => codeOf(pricePasses(test.test, supply.prices.at(number) ?? [])),
      testEffort(header, test.test),
    );
  }
  if (kind === 'test' && test !== undefined) {
    return factCheck(
      header,
      supply,
      test.name,
      boundsOf(test.test),
      compileTest(test.test),
      testEffort(header, test.test),
    );
  }
  const need = ask.needs[index];
  if (kind === 'need' && need !== undefined)
    return factCheck(header, supply, need.name, boundsOfNeed(need), (fact) => suffices(need, fact));
  const condition = ask.requires[index];
  if (kind === 'requires' && condition !== undefined)
    return conditionCheck(condition.expression, supply, ask.facts);
  if (kind === 'budgets') return costs.check();
  throw new TypeError(`an Ask has no clause '${clause.header}'`);
}

function factCheck(
  key: string,
  supply: Supply,
  name: string,
  against: Bounds,
  verdict: (fact: Fact | undefined) => Truth,
  weight = 1,
): Check {
  return new SharedCheck(
    `Facts ${name}`,
    key,
    () => supply.column(name),
    (number) => codeOf(verdict(supply.column(name)?.fact(number))),
    weight,
    against.kind === other ? undefined : { measured: () => supply.column(name)?.measured, against },
  );
}

/** Whether a Tell has what is needed of an amount. */
function suffices({ from, exact, dimension }: Need, fact: Fact | undefined): Truth {
  const value = fact?.values[0];
  const told = value?.kind === 'number' || (value?.kind === 'quantity' && value.dimension === dimension);
  if (!told) return undefined;
  return exact ? value.value === from : value.value >= from;
}

/** Currencies that are looked through for that of a comparison in about as long as a short fact is compared. */
const currenciesAnEffort = 32;

function pricesOf(supply: Supply) {
  return {
    things: supply.prices,
    numbersAt: (row: number) => supply.pricesAt(row),
    at: (row: number) => supply.priceOf(row),
    effortOf: (number: number) =>
      1 + Math.floor((supply.prices.at(number)?.length ?? 0) / currenciesAnEffort),
  };
}

/** An amount that Prices come to, in 10^-9 of its currency. */
export interface Estimate {
  readonly currency: string;
  readonly nano: bigint;
}

/** What Tells cost an Ask: found once for each different Price, unless what is taken differs from Tell to Tell. */
export class Costs {
  readonly #ask: Party;
  readonly #supply: Supply;
  readonly #taker: Taker;
  #known: (Cost | undefined)[] = [];
  #estimates: (readonly Estimate[] | undefined)[] = [];
  /** What it took so far to find costs and estimates; nothing where they were known. */
  effort = 0;

  constructor(ask: Party, supply: Supply, taker: Taker) {
    this.#ask = ask;
    this.#supply = supply;
    this.#taker = taker;
  }

  forget(): void {
    this.#known = [];
    this.#estimates = [];
  }

  at(row: number): Cost {
    const price = this.#supply.priceOf(row);
    const known = this.#known[price];
    if (known !== undefined) return known;
    const prices = this.#supply.prices.at(price) ?? [];
    this.effort += costEffort(prices);
    const cost = costOf(this.#ask, prices, this.#taker.of(this.#supply, row));
    if (this.#taker.fixed !== undefined || price === 0) this.#known[price] = cost;
    return cost;
  }

  /** What the Tell of a row would cost in each of its currencies in which that can be said, whatever the Budgets. */
  estimates(row: number): readonly Estimate[] {
    const number = this.#supply.priceOf(row);
    const known = this.#estimates[number];
    if (known !== undefined) return known;
    const taken = this.#taker.of(this.#supply, row);
    const prices = this.#supply.prices.at(number) ?? [];
    this.effort += costEffort(prices);
    const estimates = prices.flatMap((price) => {
      const nano = estimate(price, taken);
      return nano === undefined ? [] : [{ currency: price.currency, nano }];
    });
    if (this.#taker.fixed !== undefined) this.#estimates[number] = estimates;
    return estimates;
  }

  check(): Check {
    let before = 0;
    const verdict = (row: number) => {
      before = this.effort;
      return codeOf(this.at(row).holds);
    };
    return new RowCheck(undefined, verdict, () => 1 + this.effort - before);
  }
}
