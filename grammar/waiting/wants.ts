import type { Party, PartyTest } from '../documents/model.ts';
import { compile, type Facts, type Node, truthOf, varying } from '../expressions/index.ts';
import { printNode } from '../expressions/print.ts';
import { compileTest } from '../matching/compiled-test.ts';
import { namesOf } from '../matching/conditions.ts';
import { isCritical, missing } from '../matching/demands.ts';
import { pricePasses } from '../matching/price-test.ts';
import { holds } from '../tests/evaluate.ts';
import type { Test } from '../tests/test.ts';
import type { Arrival } from './arrival.ts';
import { AskName, type Saying } from './ask-name.ts';
import { payingOf } from './budgets.ts';
import { conjuncts, neededOf, reads } from './conditions.ts';
import { charactersOf, effortOfCondition, effortOfTest, effortOn } from './effort.ts';
import { type Clue, cluesOf } from './index/clue.ts';
import { narrowTest } from './narrowing.ts';
import { type Comparing, comparingOf, comparingOfNeed, type Size, type Sizing } from './size.ts';
import type { Keyed, Pairing, Want } from './want.ts';

/** A comparison with a number of the Ask's own. */
interface Sized {
  /** Of the sizing. */
  readonly key: string;
  readonly sizing: Sizing;
  readonly value: number;
  clues(): Clue[];
}

/** What an Ask wants of a Tell that is one comparison with a number, amounts among it. */
export function* sizedOf({ tests, needs }: Party): Generator<Sized> {
  for (const { name, test } of tests) {
    const comparing = name === 'price' ? undefined : comparingOf(test);
    if (comparing !== undefined) {
      yield sized(name, comparing, false, () => cluesOfTest(name, test));
    }
  }
  for (const need of needs) {
    const { name, from, exact } = need;
    const comparing = comparingOfNeed(need);
    const span = { unit: comparing.unit, least: from, most: exact ? from : Number.POSITIVE_INFINITY };
    const clues = () => cluesOf({ text: name, node: undefined }, { keys: undefined, span });
    yield sized(name, comparing, true, clues);
  }
}

function sized(
  name: string,
  { unit, operator, value }: Comparing & Size,
  isNeed: boolean,
  clues: () => Clue[],
): Sized {
  const sizing = { name, unit, operator, isNeed };
  return { key: `${name} ${unit} ${operator} ${isNeed ? 'need' : ''}`, sizing, value, clues };
}

/** What else an Ask wants of a Tell by itself. */
export function* wantsOf(ask: Party): Generator<Keyed<Want>> {
  for (const test of ask.tests) {
    if (test.name !== 'price' && comparingOf(test.test) !== undefined) continue;
    yield { key: `${test.name} ${test.header}`, make: () => testWant(test) };
  }
  for (const node of conditionsOf(ask)) {
    if (!reads(node, 'my')) yield { key: `Requires ${printNode(node)}`, make: () => conditionWant(node) };
  }
  const { budgets, promises } = ask;
  if (budgets.length > 0) yield payingOf(ask);
  const critical = promises.filter((term) => isCritical(ask, term));
  if (critical.length > 0) yield { key: `Critical ${critical.join()}`, make: () => promiseWant(critical) };
}

/** The conditions of an Ask that read what it says, and what each needs of a Tell for the sake of that. */
export function* pairingsOf(ask: Party): Generator<Keyed<Pairing> & Pick<Sized, 'clues'>> {
  for (const node of conditionsOf(ask)) {
    if (!reads(node, 'my')) continue;
    yield { key: printNode(node), clues: () => cluesOfCondition(node, ask.facts), make: () => pairing(node) };
  }
}

function conditionsOf({ requires }: Party): Node[] {
  return requires.flatMap(({ expression }) => conjuncts(expression.root));
}

/** A test of Price is put to prices: who has none passes what wants none. */
function testWant({ name, test, header }: PartyTest): Want {
  const passes = compileTest(test);
  const effort = effortOfTest(header, test);
  return {
    name,
    clues: cluesOfTest(name, test),
    effort: effort.effort,
    effortOn: ({ tell }) => {
      const fact = tell.facts.get(name);
      return fact === undefined ? effort.effort : effortOn(effort, fact);
    },
    holds:
      name === 'price'
        ? ({ tell }) => pricePasses(test, tell.prices) === true
        : ({ tell }) => passes(tell.facts.get(name)) === true,
  };
}

/** Of a test that a Tell passes which does not say the name nothing is known. */
function cluesOfTest(name: string, test: Test): Clue[] {
  const narrowing = holds(test, undefined) === true ? undefined : narrowTest(test);
  return narrowing === undefined ? [] : cluesOf({ text: name, node: undefined }, narrowing);
}

function conditionWant(node: Node): Want {
  const compiled = compile<Arrival>(node, ({ name }) => varying((tell) => tell.cell(name)));
  const at = compiled.isConstant ? () => compiled.value : compiled.at;
  const { effort, perCharacter } = effortOfCondition(printNode(node));
  const { their } = namesOf(node);
  return {
    name: undefined,
    clues: cluesOfCondition(node, new Map()),
    effort,
    effortOn: (tell) => effort + perCharacter * charactersOf(tell.tell.facts, their),
    holds: (tell) => truthOf(at(tell)) === true,
  };
}

function promiseWant(promises: Party['promises']): Want {
  return {
    name: undefined,
    clues: [],
    effort: 1,
    effortOn: () => 1,
    holds: ({ tell }) => missing({ ...tell, promises }, tell).length === 0,
  };
}

function cluesOfCondition(node: Node, my: Facts): Clue[] {
  const needed = neededOf(node, my);
  return needed === undefined ? [] : cluesOf({ text: needed.subject, node: needed.node }, needed.narrowing);
}

function pairing(node: Node): Pairing {
  const compiled = compile<{ ask: Saying; tell: Arrival }>(node, ({ side, name }) => {
    if (side !== 'my') return varying(({ tell }) => tell.cell(name));
    const ofAsk = new AskName(name);
    return varying(({ ask }) => ask.cell(ofAsk));
  });
  const at = compiled.isConstant ? () => compiled.value : compiled.at;
  return { node, ...effortOfCondition(printNode(node)), holds: (ask, tell) => at({ ask, tell }) === true };
}
