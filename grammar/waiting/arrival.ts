import type { Party, PartyTest, Price } from '../documents/model.ts';
import { isMeasured } from '../expressions/cell.ts';
import {
  atOf,
  type Cell,
  cellOf,
  compile,
  constant,
  type Node,
  truthOf,
  varying,
} from '../expressions/index.ts';
import { printNode } from '../expressions/print.ts';
import { namesOf } from '../matching/conditions.ts';
import { Supply } from '../matching/index.ts';
import { holds } from '../tests/evaluate.ts';
import type { Charge } from '../values/value.ts';
import { AskName, type Saying } from './ask-name.ts';
import { conjuncts, neededOf } from './conditions.ts';
import { type Demand, demandsOf } from './demand.ts';
import { charactersOf, type Effort, effortOfCondition } from './effort.ts';
import type { Looked, Measured, Sought, Subject } from './index/clue.ts';
import { keysOf, measureOf, measureOfScalar, narrowTest } from './narrowing.ts';

/** A Requires of a Tell, or a part of one. */
export interface Condition extends Effort {
  readonly node: Node;
  holds(ask: Saying): boolean;
}

export interface RoughPrice {
  readonly currency: string;
  readonly rates: readonly { readonly nano: number; readonly per: Charge | undefined }[];
}

interface Extremes {
  readonly lowest: number;
  readonly highest: number;
}

/** A Tell that arrives, as Asks that wait are put to it. */
export class Arrival implements Looked {
  readonly tell: Party;
  /** What verdicts found for it are kept under: an even number of its own. */
  readonly stamp: number;
  /** Each Requires over what an Ask says. */
  readonly conditions: readonly Condition[];
  /** Whether it may match at all. */
  readonly isOpen: boolean;
  /** Characters of what was read of it by name so far. */
  characters = 0;
  readonly #cells = new Map<string, { readonly cell: Cell; readonly characters: number }>();
  readonly #extremes = new Map<string, Extremes | undefined>();
  readonly #keys = new Map<string, readonly string[] | undefined>();
  /** What its conditions are sought by. */
  readonly #soughtByConditions: readonly Sought[];
  #sought: readonly Sought[] | undefined;
  #demands: readonly Demand[] | undefined;
  #prices: readonly RoughPrice[] | undefined;
  #supply: Supply | undefined;

  constructor(tell: Party, stamp: number) {
    this.tell = tell;
    this.stamp = stamp;
    const conditions: Condition[] = [];
    const sought: Sought[] = [];
    let isOpen = tell.slots > 0;
    for (const node of tell.requires.flatMap(({ expression }) => conjuncts(expression.root))) {
      const compiled = compile<Saying>(node, ({ side, name }) => {
        if (side === 'my') return constant(this.cell(name));
        const ofAsk = new AskName(name);
        return varying((ask) => ask.cell(ofAsk));
      });
      if (compiled.isConstant) {
        isOpen &&= truthOf(compiled.value) === true;
        continue;
      }
      const { at } = compiled;
      const { effort, perCharacter } = effortOfCondition(printNode(node));
      const own = perCharacter * charactersOf(tell.facts, namesOf(node).mine);
      conditions.push({ node, effort: effort + own, perCharacter, holds: (ask) => at(ask) === true });
      const needed = neededOf(node, tell.facts);
      if (needed?.node === undefined && needed !== undefined) {
        sought.push({ name: needed.subject, narrowing: needed.narrowing, passesUnsaid: false });
      }
    }
    this.isOpen = isOpen;
    this.#soughtByConditions = sought;
    this.conditions = conditions;
  }

  // Most Tells meet few Asks, of which some do without each of these.

  get demands(): readonly Demand[] {
    this.#demands ??= demandsOf(this.tell.tests);
    return this.#demands;
  }

  get sought(): readonly Sought[] {
    this.#sought ??= [...this.tell.tests.map(soughtBy), ...this.#soughtByConditions];
    return this.#sought;
  }

  /** Its prices in doubles, in 10^-9 of the currency. */
  get prices(): readonly RoughPrice[] {
    this.#prices ??= this.tell.prices.map(({ currency, rates }) => ({
      currency,
      rates: rates.map(({ nano, per }) => ({ nano: Number(nano), per })),
    }));
    return this.#prices;
  }

  /** What it says under a name. */
  cell(name: string): Cell {
    let said = this.#cells.get(name);
    if (said === undefined) {
      const fact = this.tell.facts.get(name);
      said = { cell: cellOf(fact), characters: fact?.text.length ?? 0 };
      this.#cells.set(name, said);
    }
    this.characters += said.characters;
    return said.cell;
  }

  /** A table of it alone, for what is read of tables; its row is 0. */
  get supply(): Supply {
    if (this.#supply === undefined) {
      this.#supply = new Supply();
      this.#supply.add(this.tell);
    }
    return this.#supply;
  }

  extremes({ key, subject, unit }: Measured): Extremes | undefined {
    const known = this.#extremes.get(key);
    if (known !== undefined || this.#extremes.has(key)) return known;
    const extremes = extremesOf(this.#numbers(subject, unit));
    this.#extremes.set(key, extremes);
    return extremes;
  }

  keys(name: string): readonly string[] | undefined {
    const known = this.#keys.get(name);
    if (known !== undefined || this.#keys.has(name)) return known;
    const keys = keysOf(this.tell.facts.get(name));
    this.#keys.set(name, keys);
    return keys;
  }

  #numbers({ text, node }: Subject, unit: string): number[] {
    if (node !== undefined) return this.#numbersOf(node, unit);
    if (text === 'price') return sumsOf(this.tell.prices, unit);
    return (this.tell.facts.get(text)?.values ?? []).flatMap((value) => {
      const measure = measureOf(value);
      return measure?.unit === unit ? [measure.value] : [];
    });
  }

  #numbersOf(node: Node, unit: string): number[] {
    const cell = atOf(compile<undefined>(node, ({ name }) => constant(this.cell(name))))(undefined);
    if (cell === undefined || (typeof cell === 'object' && !isMeasured(cell))) return [];
    const measure = measureOfScalar(cell);
    return measure?.unit === unit ? [measure.value] : [];
  }
}

/** Of a test that nothing said passes. */
const nothing = { keys: [], span: undefined };

function soughtBy({ name, test }: PartyTest): Sought {
  return { name, narrowing: narrowTest(test) ?? nothing, passesUnsaid: holds(test, undefined) === true };
}

function extremesOf(numbers: readonly number[]): Extremes | undefined {
  if (numbers.length === 0) return undefined;
  return { lowest: Math.min(...numbers), highest: Math.max(...numbers) };
}

/** What a test of Price looks at: the sum of the rates of a unit, 0 of whom charges nothing in any currency. */
function sumsOf(prices: readonly Price[], unit: string): number[] {
  const [currency, per] = unit.split('/');
  const price = prices.find((each) => each.currency === currency);
  if (price === undefined && prices.length > 0) return [];
  const nano = price?.rates.reduce((sum, rate) => (rate.per === per ? sum + rate.nano : sum), 0n) ?? 0n;
  return [Number(nano) / 1e9];
}
