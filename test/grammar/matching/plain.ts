import type { Party } from '../../../grammar/documents/model.ts';
import { estimate, Supply, Taker } from '../../../grammar/matching/index.ts';
import { pricePasses } from '../../../grammar/matching/price-test.ts';
import { holds } from '../../../grammar/tests/evaluate.ts';

/** One Ask and one Tell by the letter of the language, with no table and nothing remembered. */
export function plainMatch(ask: Party, tell: Party): boolean {
  return (
    tell.slots > 0 &&
    ask.tests.every(({ name, test }) =>
      name === 'price' ? pricePasses(test, tell.prices) === true : holds(test, tell.facts.get(name)) === true,
    ) &&
    tell.tests.every(({ name, test }) => holds(test, ask.facts.get(name)) === true) &&
    ask.needs.every(({ name, from, exact }) => {
      const has = tell.needs.find((need) => need.name === name)?.from;
      return has !== undefined && (exact ? has === from : has >= from);
    }) &&
    ask.requires.every(({ expression }) => expression.evaluate(ask.facts, tell.facts) === true) &&
    tell.requires.every(({ expression }) => expression.evaluate(tell.facts, ask.facts) === true) &&
    tell.explicit.every((name) => [...ask.tests, ...ask.needs].some((test) => test.name === name)) &&
    (!ask.promises.includes('Deadline') ||
      !ask.critical.includes('deadline') ||
      tell.understands.some((known) => known === 'time' || known === 'deadline')) &&
    isWithinBudget(ask, tell)
  );
}

function isWithinBudget(ask: Party, tell: Party): boolean {
  if (ask.budgets.length === 0 || tell.prices.length === 0) return true;
  const supply = new Supply();
  const taken = new Taker(ask).of(supply, supply.add(tell));
  return tell.prices.some((price) => {
    const nano = estimate(price, taken);
    const budget = ask.budgets.find(({ currency }) => currency === price.currency);
    return nano !== undefined && budget !== undefined && nano <= budget.nano;
  });
}
