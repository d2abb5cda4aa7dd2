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

/** All that a Tell tests of what an Ask says under one name. */
export class Demand {
  readonly name: string;
  /** How long it may take to put it to one number, where a look at a table is 1. */
  readonly effort: number;
  readonly #efforts: readonly Effort[];
  #passesUnsaid: boolean | undefined;
  readonly #tests: readonly { readonly passes: Passes; readonly comparing: (Comparing & Size) | undefined }[];

  constructor(name: string, tests: readonly PartyTest[]) {
    this.name = name;
    this.#efforts = tests.map(({ header, test }) => effortOfTest(header, test));
    this.effort = this.#efforts.reduce((sum, { effort }) => sum + effort, 0);
    this.#tests = tests.map(({ test }) => ({ passes: compileTest(test), comparing: comparingOf(test) }));
  }

  get passesUnsaid(): boolean {
    this.#passesUnsaid ??= this.#tests.every(({ passes }) => passes(undefined) === true);
    return this.#passesUnsaid;
  }

  /** How long it may take to put it to a fact, as `effort`. */
  effortOn(fact: Fact): number {
    return this.#efforts.reduce((sum, effort) => sum + effortOn(effort, fact), 0);
  }

  passes(fact: Fact): boolean {
    return this.#tests.every(({ passes }) => passes(fact) === true);
  }

  /** Undefined where no number of the unit passes. */
  bounding(unit: Unit): Bounding | undefined {
    const comparisons = this.#tests.flatMap(({ comparing }) => comparing ?? []);
    if (comparisons.some((one) => one.unit !== unit)) return undefined;
    const others = this.#tests.filter(({ comparing }) => comparing === undefined);
    if (others.length === 0) return { comparisons, rest: undefined };
    const rest = (value: number) => {
      const fact = factOf({ unit, value });
      return others.every(({ passes }) => passes(fact) === true);
    };
    return { comparisons, rest };
  }
}

/** What a Tell demands, by name. */
export function demandsOf(tests: readonly PartyTest[]): Demand[] {
  const byName = Map.groupBy(tests, ({ name }) => name);
  return Array.from(byName, ([name, those]) => new Demand(name, those));
}
