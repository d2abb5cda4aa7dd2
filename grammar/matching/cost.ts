import type { Budget, Party, Price } from '../documents/model.ts';
import type { Truth } from '../values/value.ts';
import { orderCodePoints } from '../values/version.ts';
import { estimate } from './estimate.ts';
import type { Taken } from './taken.ts';

/** What a Tell's prices come to for an Ask. */
export interface Cost {
  /** Whether a Budget of the Ask holds; TRUE where it has none. */
  readonly holds: Truth;
  readonly isFree: boolean;
  /** In the currency that counts; absent where it cannot be said. */
  readonly amount: Amount | undefined;
}

export interface Amount {
  readonly currency: string;
  /** The currency's place among the Ask's Budgets, after all of them where it is in none. */
  readonly place: number;
  /** In 10^-9 of the currency. */
  readonly nano: bigint;
}

const free: Cost = { holds: true, isFree: true, amount: undefined };

/** What it takes to find a cost by the prices of one Tell: one for each rate. */
export function costEffort(prices: readonly Price[]): number {
  return prices.reduce((effort, { rates }) => effort + rates.length, 0);
}

/** Of so few Budgets the one of a currency is found by looking at each. */
const fewBudgets = 8;

/** The place of a currency among the Budgets, after all of them where it is in none. */
function placing(budgets: readonly Budget[]): (currency: string) => number {
  const none = budgets.length;
  if (none > fewBudgets) {
    const places = new Map(budgets.map(({ currency }, at) => [currency, at]));
    return (currency) => places.get(currency) ?? none;
  }
  return (currency) => {
    const at = budgets.findIndex((budget) => budget.currency === currency);
    return at < 0 ? none : at;
  };
}

/** The cost by the prices of one Tell: the first currency, in the Ask's order, whose Budget holds. */
export function costOf(ask: Party, prices: readonly Price[], taken: Taken): Cost {
  if (prices.length === 0) return free;
  const { budgets } = ask;
  const place = placing(budgets);
  const ordered = prices.toSorted(
    (a, b) => place(a.currency) - place(b.currency) || orderCodePoints(a.currency, b.currency),
  );
  let holds: Truth = budgets.length === 0;
  let amount: Amount | undefined;
  for (const price of ordered) {
    const { currency } = price;
    const nano = estimate(price, taken);
    const budget = budgets[place(currency)];
    if (budgets.length > 0 && budget === undefined) continue;
    if (nano === undefined) {
      if (holds === false) holds = undefined;
      continue;
    }
    if (budget !== undefined && nano > budget.nano) continue;
    holds = true;
    amount = { currency, place: place(currency), nano };
    break;
  }
  return { holds, isFree: amount?.nano === 0n, amount };
}

/** Negative where a comes first: what costs nothing, then the lower estimate, then none. */
export function orderCosts(a: Cost, b: Cost): number {
  const byRank = rankOf(a) - rankOf(b);
  if (byRank !== 0 || a.amount === undefined || b.amount === undefined || a.isFree) return byRank;
  if (a.amount.place !== b.amount.place) return a.amount.place - b.amount.place;
  const byName = orderCodePoints(a.amount.currency, b.amount.currency);
  if (byName !== 0) return byName;
  return a.amount.nano < b.amount.nano ? -1 : Number(a.amount.nano > b.amount.nano);
}

function rankOf({ isFree, amount }: Cost): number {
  if (isFree) return 0;
  return amount === undefined ? 2 : 1;
}
