import type { Clause, Need, Party, PartyTest, Promised } from '../../../grammar/documents/model.ts';
import { estimate, Supply, Taker } from '../../../grammar/matching/index.ts';
import { pricePasses } from '../../../grammar/matching/price-test.ts';
import { holds } from '../../../grammar/tests/evaluate.ts';

type Truth = boolean | undefined;

/** What must be TRUE for a match: a clause of the Ask by its header, or what the Tell wants by its name. */
export interface Verdict {
  readonly of: 'ask' | 'tell';
  readonly what: string;
  readonly truth: Truth;
}

/** One Ask and one Tell by the letter of the language, with no table and nothing remembered. */
export function plainMatch(ask: Party, tell: Party): boolean {
  return plainVerdicts(ask, tell).every(({ truth }) => truth === true);
}

export function plainVerdicts(ask: Party, tell: Party): Verdict[] {
  const wants = [
    ...tell.tests.map(({ spelled, name, test }) => [spelled, holds(test, ask.facts.get(name))] as const),
    ...tell.requires.map(
      ({ expression }) => ['Requires', truthOf(expression.evaluate(tell.facts, ask.facts))] as const,
    ),
    ...(tell.explicit.length === 0 ? [] : [['Explicit', isAskedFor(ask, tell.explicit)] as const]),
    ['Slots', tell.slots > 0] as const,
    ['Understands', plainMissing(ask, tell).every((term) => !plainCritical(ask, term))] as const,
  ];
  return [
    ...ask.clauses.map((clause) => ({
      of: 'ask' as const,
      what: clause.header,
      truth: clauseTruth(clause, ask, tell),
    })),
    ...wants.map(([what, truth]) => ({ of: 'tell' as const, what, truth })),
  ];
}

function clauseTruth({ kind, index }: Clause, ask: Party, tell: Party): Truth {
  switch (kind) {
    case 'test':
      return testTruth(ask.tests[index] as PartyTest, tell);
    case 'need':
      return needTruth(ask.needs[index] as Need, tell);
    case 'requires':
      return truthOf(ask.requires[index]?.expression.evaluate(ask.facts, tell.facts));
    default:
      return budgetsTruth(ask, tell);
  }
}

function testTruth({ name, test }: PartyTest, tell: Party): Truth {
  return name === 'price' ? pricePasses(test, tell.prices) : holds(test, tell.facts.get(name));
}

function needTruth({ name, from, exact }: Need, tell: Party): Truth {
  const has = tell.needs.find((need) => need.name === name)?.from;
  if (has === undefined) return undefined;
  return exact ? has === from : has >= from;
}

function budgetsTruth(ask: Party, tell: Party): Truth {
  if (tell.prices.length === 0) return true;
  const supply = new Supply();
  const taken = new Taker(ask).of(supply, supply.add(tell));
  const truths = tell.prices.flatMap((price) => {
    const budget = ask.budgets.find(({ currency }) => currency === price.currency);
    const nano = estimate(price, taken);
    return budget === undefined ? [] : [nano === undefined ? undefined : nano <= budget.nano];
  });
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

function isAskedFor(ask: Party, names: readonly string[]): boolean {
  return names.every((name) => [...ask.tests, ...ask.needs].some((test) => test.name === name));
}

function truthOf(value: unknown): Truth {
  return typeof value === 'boolean' ? value : undefined;
}

const profiles = { Deadline: 'time', Start: 'time', Guarantee: 'guarantee' };

/** Whether an Ask cannot do without a promise, which Critical names by the term or by its profile. */
export function plainCritical({ critical }: Party, term: Promised): boolean {
  return critical.includes(term.toLowerCase()) || critical.includes(profiles[term]);
}

/** The terms of an Ask that the broker of a Tell cannot promise. */
export function plainMissing(ask: Party, { understands }: Party): Promised[] {
  return ask.promises.filter(
    (term) => !understands.includes(term.toLowerCase()) && !understands.includes(profiles[term]),
  );
}

/** How many slots of what is asked Tells that match carry together. */
export function plainCarried(ask: Party, matches: readonly Party[]): number {
  return matches.reduce((sum, tell) => sum + tell.slots * fitsIn(ask, tell), 0);
}

function fitsIn({ needs }: Party, tell: Party): number {
  const fits = needs.flatMap(({ name, exact, upTo, from }) => {
    const told = tell.needs.find((need) => need.name === name)?.from;
    if (told === undefined) return [];
    return [exact ? 1 : Math.floor(told / Math.max(from, Math.min(upTo, told)))];
  });
  return fits.length === 0 ? 1 : Math.min(...fits);
}
