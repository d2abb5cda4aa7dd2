import type { Header } from '../document.ts';
import type { Need, Party, PartyTest, Price } from '../documents/model.ts';
import { type Node, partsOf } from '../expressions/syntax.ts';
import { estimate, printAmount } from '../matching/estimate.ts';
import { pricePasses } from '../matching/price-test.ts';
import type { Taken } from '../matching/taken.ts';
import { holds } from '../tests/evaluate.ts';
import { type Fact, memberText } from '../values/fact.ts';
import { dealRowOf } from '../vocabulary/deals.ts';
import { rowOf } from '../vocabulary/names.ts';

/** What a broker promises of times, in canonical text. */
export interface Promises {
  readonly start?: string | undefined;
  readonly deadline?: string | undefined;
}

/** What an Offer says of the deal, and what that costs. */
export interface Terms {
  readonly headers: readonly Header[];
  readonly price: Price | undefined;
  /** In 10^-9 of the price's currency; undefined where it charges by time and the Ask says none, or charges nothing. */
  readonly estimate: bigint | undefined;
}

/**
 * The terms with which an Offer of a Tell answers an Ask that it matches: each name that the Ask tests, so far as the test
 * needs it, what is taken, how long and how often, the price in the first currency of the Ask's that holds, and what it
 * comes to.
 */
export function termsOf(ask: Party, tell: Party, promises: Promises = {}): Terms {
  const headers: Header[] = [];
  const say = (name: string, value: string) => headers.push({ name, value });
  // In an Offer a name such as State is said of the deal, and of nothing else.
  for (const [name, fact] of neededOf(ask, tell))
    if (dealRowOf(name) === undefined) say(spelledOf(name, ask), fact);
  const taken = takenOf(ask, tell);
  for (const [name, value] of taken.amounts) say(spelledOf(name, ask), value);
  for (const name of ['walltime', 'tasks']) {
    const fact = ask.facts.get(name);
    if (fact !== undefined) say(spelledOf(name, ask), fact.text);
  }
  if (ask.count > 1) say('Count', String(ask.count));
  if (promises.start !== undefined) say('Start', promises.start);
  if (promises.deadline !== undefined) say('Deadline', promises.deadline);
  const price = priceFor(ask, tell, taken);
  if (price === undefined) return { headers, price, estimate: undefined };
  say('Price', price.header.slice('Price: '.length));
  const whole = estimate(price, taken);
  if (whole !== undefined) say('Estimate', printAmount(whole, price.currency));
  return { headers, price, estimate: whole };
}

/**
 * What the Tell says under the names that the Ask tests, as text: of a set the members that the tests need. A test that
 * would hold unsaid is answered too, for tasks run only where the terms hold.
 */
function neededOf(ask: Party, tell: Party): Map<string, string> {
  const needed = new Map<string, string>();
  const tests = Map.groupBy(
    ask.tests.filter(({ name }) => name !== 'price'),
    ({ name }) => name,
  );
  for (const [name, own] of tests) {
    const fact = tell.facts.get(name);
    if (fact !== undefined) needed.set(name, leastOf(own, fact));
  }
  for (const name of ask.requires.flatMap(({ expression }) => [...namesOfOther(expression.root)])) {
    const fact = tell.facts.get(name);
    if (fact !== undefined && !isTaken(name, ask)) needed.set(name, fact.text);
  }
  return needed;
}

/** Whether an Offer says how much of it is taken: of Cpus always. */
function isTaken(name: string, { needs }: Party): boolean {
  return name === 'cpus' || needs.some((need) => need.name === name);
}

/** The names of the other side that an expression looks at. */
function* namesOfOther(root: Node): Generator<string> {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'name' && node.side === 'their') yield node.name;
    open.push(...partsOf(node));
  }
}

function passes(tests: readonly PartyTest[], fact: Fact | undefined): boolean {
  return tests.every(({ test }) => holds(test, fact) === true);
}

/** The members without which the tests would not hold: each that can go is taken out, from the last on. */
function leastOf(tests: readonly PartyTest[], fact: Fact): string {
  let members = fact.values.map((value, index) => ({ value, text: memberText(fact, index) }));
  if (members.length > mostTried) return fact.text;
  for (let index = members.length - 1; index >= 0 && members.length > 1; index -= 1) {
    const fewer = members.toSpliced(index, 1);
    if (passes(tests, { values: fewer.map(({ value }) => value), text: '' })) members = fewer;
  }
  return members.map(({ text }) => text).join(', ');
}

/** Of sets with more members all are said: to try each costs their square. */
const mostTried = 64;

interface TakenOfTell extends Taken {
  /** By name, as text. */
  readonly amounts: ReadonlyMap<string, string>;
}

/** What one slot takes of the Tell: what is needed, and of a range what the Tell has within it. Of Cpus 1 unless asked. */
function takenOf(ask: Party, tell: Party): TakenOfTell {
  const amounts = new Map<string, string>();
  const sizes = new Map<string, number>([['cpus', 1]]);
  if (!ask.needs.some(({ name }) => name === 'cpus')) amounts.set('cpus', '1');
  for (const need of ask.needs) {
    const told = tell.needs.find(({ name }) => name === need.name);
    const size = told === undefined ? need.from : Math.max(need.from, Math.min(need.upTo, told.from));
    sizes.set(need.name, size);
    amounts.set(need.name, textOfSize(need, told, size, ask));
  }
  return {
    amounts,
    cpus: sizes.get('cpus') ?? 1,
    gpus: sizes.get('gpus') ?? 0,
    memory: sizes.get('memory') ?? 0,
    walltime: ask.walltime,
    tasks: ask.tasks ?? ask.count,
  };
}

/** A size in the words of who said it: the Tell's own, the Ask's lower end, or bare. */
function textOfSize(need: Need, told: Need | undefined, size: number, ask: Party): string {
  if (told?.from === size) return told.header.slice(told.header.indexOf(': ') + 2);
  const own = ask.facts.get(need.name);
  const [value] = own?.values ?? [];
  if (own !== undefined && (value?.kind === 'number' || value?.kind === 'quantity') && value.value === size)
    return own.text;
  return need.dimension === 'bytes' ? `${size} B` : String(size);
}

/** The price in the first currency of the Ask's Budgets that holds; the first where it has none. Tests of Price hold of it. */
function priceFor(ask: Party, tell: Party, taken: Taken): Price | undefined {
  const tests = ask.tests.filter(({ name }) => name === 'price');
  const prices = tell.prices.filter((price) =>
    tests.every(({ test }) => pricePasses(test, [price]) === true),
  );
  if (ask.budgets.length === 0) return prices[0];
  for (const { currency, nano } of ask.budgets) {
    const price = prices.find((each) => each.currency === currency);
    const whole = price === undefined ? undefined : estimate(price, taken);
    if (whole !== undefined && whole <= nano) return price;
  }
  return undefined;
}

function spelledOf(name: string, { tests, needs }: Party): string {
  const said = rowOf(name)?.name ?? tests.find((test) => test.name === name)?.spelled;
  return said ?? needs.find((need) => need.name === name)?.spelled ?? name;
}
