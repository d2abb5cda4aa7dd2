import type { Need, Party, PartyTest } from '../documents/model.ts';
import { compile, type Facts, type Node, truthOf, varying } from '../expressions/index.ts';
import { printNode } from '../expressions/print.ts';
import { compileTest } from '../matching/compiled-test.ts';
import { isCritical, missing } from '../matching/demands.ts';
import { pricePasses } from '../matching/price-test.ts';
import { holds } from '../tests/evaluate.ts';
import type { Arrival, Saying } from './arrival.ts';
import { payingOf } from './budgets.ts';
import { conjuncts, neededOf, reads } from './conditions.ts';
import { effortOf } from './effort.ts';
import { type Clue, cluesOf } from './index/clue.ts';
import { narrowTest } from './narrowing.ts';
import type { Keyed, Pairing, Want } from './want.ts';

/** What an Ask wants of a Tell by itself. */
export function* wantsOf(ask: Party): Generator<Keyed<Want>> {
  for (const test of ask.tests) {
    yield {
      key: `${test.name} ${test.header}`,
      make: () => (test.name === 'price' ? priceWant(test) : testWant(test)),
    };
  }
  for (const need of ask.needs) {
    const { name, dimension, from, exact } = need;
    yield { key: `${name} ${dimension ?? ''} ${exact ? '==' : '>='} ${from}`, make: () => needWant(need) };
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
export function* pairingsOf(ask: Party): Generator<Keyed<Pairing> & { readonly clues: readonly Clue[] }> {
  for (const node of conditionsOf(ask)) {
    if (!reads(node, 'my')) continue;
    yield { key: printNode(node), clues: cluesOfCondition(node, ask.facts), make: () => pairing(node) };
  }
}

function conditionsOf({ requires }: Party): Node[] {
  return requires.flatMap(({ expression }) => conjuncts(expression.root));
}

function testWant({ name, test, header }: PartyTest): Want {
  const passes = compileTest(test);
  const narrowing = holds(test, undefined) === true ? undefined : narrowTest(test);
  return {
    name,
    clues: narrowing === undefined ? [] : cluesOf({ text: name, node: undefined }, narrowing),
    effort: effortOf(header),
    holds: ({ tell }) => passes(tell.facts.get(name)) === true,
  };
}

/** Who has no Price says none, and so passes what wants none. */
function priceWant({ name, test, header }: PartyTest): Want {
  const narrowing = holds(test, undefined) === true ? undefined : narrowTest(test);
  return {
    name,
    clues: narrowing === undefined ? [] : cluesOf({ text: name, node: undefined }, narrowing),
    effort: effortOf(header),
    holds: ({ tell }) => pricePasses(test, tell.prices) === true,
  };
}

function needWant({ name, dimension, from, exact }: Need): Want {
  const span = { unit: dimension ?? 'number', least: from, most: exact ? from : Number.POSITIVE_INFINITY };
  return {
    name,
    clues: cluesOf({ text: name, node: undefined }, { keys: undefined, span }),
    effort: 1,
    holds({ tell }) {
      const value = tell.facts.get(name)?.values[0];
      const isSize =
        value?.kind === 'number' || (value?.kind === 'quantity' && value.dimension === dimension);
      return isSize && (exact ? value.value === from : value.value >= from);
    },
  };
}

function conditionWant(node: Node): Want {
  const compiled = compile<Arrival>(node, ({ name }) => varying((tell) => tell.cell(name)));
  const at = compiled.isConstant ? () => compiled.value : compiled.at;
  return {
    name: undefined,
    clues: cluesOfCondition(node, new Map()),
    effort: effortOf(printNode(node)),
    holds: (tell) => truthOf(at(tell)) === true,
  };
}

function promiseWant(promises: Party['promises']): Want {
  return {
    name: undefined,
    clues: [],
    effort: 1,
    holds: ({ tell }) => missing({ ...tell, promises }, tell).length === 0,
  };
}

function cluesOfCondition(node: Node, my: Facts): Clue[] {
  const needed = neededOf(node, my);
  return needed === undefined ? [] : cluesOf({ text: needed.subject, node: needed.node }, needed.narrowing);
}

function pairing(node: Node): Pairing {
  const compiled = compile<{ ask: Saying; tell: Arrival }>(node, ({ side, name }) =>
    varying(side === 'my' ? ({ ask }) => ask.cell(name) : ({ tell }) => tell.cell(name)),
  );
  const at = compiled.isConstant ? () => compiled.value : compiled.at;
  return { effort: effortOf(printNode(node)), holds: (ask, tell) => at({ ask, tell }) === true };
}
