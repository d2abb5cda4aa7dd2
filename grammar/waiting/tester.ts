import { isMeasured } from '../expressions/cell.ts';
import type { Cell } from '../expressions/index.ts';
import { compileTest, type Passes } from '../matching/compiled-test.ts';
import type { Comparison, Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import { measureOf } from './narrowing.ts';

/**
 * A test of what Asks say. Many say a number that few others say, so that a comparison with a number is put to the
 * number and not to the fact around it.
 */
export class Tester {
  readonly #passes: Passes;
  readonly #operator: Comparison['operator'] | undefined;
  readonly #unit: string;
  readonly #wanted: number;

  constructor(test: Test) {
    const compared = test.kind === 'compare' && test.operator !== '!=' ? test : undefined;
    const isSize = compared?.value.kind === 'number' || compared?.value.kind === 'quantity';
    const measure = isSize && compared !== undefined ? measureOf(compared.value) : undefined;
    this.#passes = compileTest(test);
    this.#operator = measure && compared?.operator;
    this.#unit = measure?.unit ?? '';
    this.#wanted = measure?.value ?? 0;
  }

  get passesUnsaid(): boolean {
    return this.#passes(undefined) === true;
  }

  /** `cell` is the fact as expressions see it. */
  passes(fact: Fact, cell: Cell): boolean {
    if (this.#operator !== undefined) {
      if (typeof cell === 'number') return this.#unit === 'number' && this.#compares(cell);
      if (isMeasured(cell)) return this.#unit === cell.unit && this.#compares(cell.value);
    }
    return this.#passes(fact) === true;
  }

  #compares(value: number): boolean {
    switch (this.#operator) {
      case '<':
        return value < this.#wanted;
      case '<=':
        return value <= this.#wanted;
      case '>':
        return value > this.#wanted;
      case '>=':
        return value >= this.#wanted;
      default:
        return value === this.#wanted;
    }
  }
}
