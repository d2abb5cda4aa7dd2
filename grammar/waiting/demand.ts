import type { PartyTest } from '../documents/model.ts';
import { compileTest, type Passes } from '../matching/compiled-test.ts';
import type { Fact } from '../values/fact.ts';
import { type Effort, effortOfTest, effortOn } from './effort.ts';
import { type Comparing, comparingOf, factOf, type Size, type Unit } from './size.ts';

/** What a Tell demands of a number in one unit. */
export interface Bounding {
  /** Each must hold: the number on its left. */
  readonly comparisons: readonly (Comparing & Size)[];
  /** What else must hold. */
  readonly rest: ((value: number) => boolean) | undefined;
}

/**
 * All that a Tell tests of what an Ask says under one name. Most of it is a number that is compared; what else there is to
 * a test is made when it is asked for.
 */
export class Demand {
  readonly name: string;
  readonly #tests: readonly PartyTest[];
  readonly #comparisons: readonly (Comparing & Size)[];
  /** Tests that are more than one comparison with a number. */
  readonly #others: readonly PartyTest[];
  #efforts: readonly Effort[] | undefined;
  #passes: readonly Passes[] | undefined;
  #othersPass: ((fact: Fact) => boolean) | undefined;
  #passesUnsaid: boolean | undefined;

  constructor(name: string, tests: readonly PartyTest[]) {
    const comparisons: (Comparing & Size)[] = [];
    const others: PartyTest[] = [];
    for (const each of tests) {
      const comparing = comparingOf(each.test);
      if (comparing === undefined) others.push(each);
      else comparisons.push(comparing);
    }
    this.name = name;
    this.#tests = tests;
    this.#comparisons = comparisons;
    this.#others = others;
  }

  /** How long it may take to put it to one number, where a look at a table is 1. */
  get effort(): number {
    return this.#effortsOfAll().reduce((sum, { effort }) => sum + effort, 0);
  }

  get passesUnsaid(): boolean {
    this.#passesUnsaid ??= this.#passesOfAll().every((passes) => passes(undefined) === true);
    return this.#passesUnsaid;
  }

  /** How long it may take to put it to a fact, as `effort`. */
  effortOn(fact: Fact): number {
    return this.#effortsOfAll().reduce((sum, effort) => sum + effortOn(effort, fact), 0);
  }

  passes(fact: Fact): boolean {
    return this.#passesOfAll().every((passes) => passes(fact) === true);
  }

  /** Undefined where no number of the unit passes. */
  bounding(unit: Unit): Bounding | undefined {
    const comparisons = this.#comparisons;
    for (const one of comparisons) if (one.unit !== unit) return undefined;
    if (this.#others.length === 0) return { comparisons, rest: undefined };
    this.#othersPass ??= allOf(this.#others);
    const passes = this.#othersPass;
    return { comparisons, rest: (value) => passes(factOf({ unit, value })) };
  }

  #effortsOfAll(): readonly Effort[] {
    this.#efforts ??= this.#tests.map(({ header, test }) => effortOfTest(header, test));
    return this.#efforts;
  }

  #passesOfAll(): readonly Passes[] {
    this.#passes ??= this.#tests.map(({ test }) => compileTest(test));
    return this.#passes;
  }
}

function allOf(tests: readonly PartyTest[]): (fact: Fact) => boolean {
  const all = tests.map(({ test }) => compileTest(test));
  return (fact) => all.every((passes) => passes(fact) === true);
}

/** What a Tell demands, by name. */
export function demandsOf(tests: readonly PartyTest[]): Demand[] {
  const byName = new Map<string, PartyTest[]>();
  for (const each of tests) {
    const those = byName.get(each.name);
    if (those === undefined) byName.set(each.name, [each]);
    else those.push(each);
  }
  const demands: Demand[] = [];
  for (const [name, those] of byName) demands.push(new Demand(name, those));
  return demands;
}
