import { compileTest, type Passes } from '../matching/compiled-test.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import { type Comparing, compares, comparingOf, factOf, type Size } from './size.ts';

/** A Tell's test of what Asks say, which is put to a number without a fact around it too. */
export class Tester {
  readonly #passes: Passes;
  readonly #comparing: (Comparing & Size) | undefined;

  constructor(test: Test) {
    this.#passes = compileTest(test);
    this.#comparing = comparingOf(test);
  }

  get passesUnsaid(): boolean {
    return this.#passes(undefined) === true;
  }

  passes(fact: Fact): boolean {
    return this.#passes(fact) === true;
  }

  passesSize(unit: Size['unit'], value: number): boolean {
    const comparing = this.#comparing;
    if (comparing === undefined) return this.passes(factOf({ unit, value }));
    return unit === comparing.unit && compares(comparing.operator, value, comparing.value);
  }
}
