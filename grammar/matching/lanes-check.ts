import { atOf, type Compiled, type Facts, type Node, truthOf } from '../expressions/index.ts';
import type { Check } from './check.ts';
import { compileLanes, type Lanes, prepareColumns } from './lanes.ts';
import { RowCheck } from './row-check.ts';
import { rowEffort } from './row-effort.ts';
import type { Sift } from './sift.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';
import { type Code, codeOf, isTrue } from './truth.ts';

/** Rows that one step of a comparison over many rows takes. */
const stepRows = 1024;

type Compares = (a: number, b: number) => boolean;

const comparisons: Readonly<Record<string, Compares>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** The check of a condition that reads several columns, `names`: by many rows at once where it compares plain numbers. */
export function cellsCheck(
  key: string,
  node: Node,
  names: readonly string[],
  compiled: Compiled<number>,
  supply: Supply,
  my: Facts,
): Check {
  const at = atOf(compiled);
  const verdict = (row: number): Code => codeOf(truthOf(at(row)));
  const comparison = comparisonOf(node, supply, my);
  const effortOf = rowEffort(key, names, supply);
  if (comparison === undefined) return new RowCheck(key, verdict, effortOf);
  return new LanesCheck(key, verdict, effortOf, comparison, () => prepareColumns(supply, names));
}

interface LanesComparison {
  readonly left: Lanes;
  readonly right: Lanes;
  readonly compares: Compares;
}

function comparisonOf(node: Node, supply: Supply, my: Facts): LanesComparison | undefined {
  if (node.kind === 'group') return comparisonOf(node.inner, supply, my);
  const compares = node.kind === 'binary' ? comparisons[node.operator] : undefined;
  if (node.kind !== 'binary' || compares === undefined) return undefined;
  const [left, right] = [compileLanes(node.left, supply, my), compileLanes(node.right, supply, my)];
  return left && right && { left, right, compares };
}

/** Compares numbers of many rows at once, and looks at a row by itself only where one of them is no number. */
class LanesCheck extends RowCheck {
  readonly #comparison: LanesComparison;
  readonly #prepare: () => Sliced<void>;
  readonly #left = new Float64Array(stepRows);
  readonly #right = new Float64Array(stepRows);

  constructor(
    key: string,
    verdict: (row: number) => Code,
    effortOf: (row: number) => number,
    comparison: LanesComparison,
    prepare: () => Sliced<void>,
  ) {
    super(key, verdict, effortOf);
    this.#prepare = prepare;
    this.#comparison = comparison;
  }

  override *prepare(): Sliced<void> {
    yield* this.#prepare();
  }

  override keep(sift: Sift, most: number): void {
    const { left, right, compares } = this.#comparison;
    const [a, b] = [this.#left, this.#right];
    const { rows, count } = sift;
    const until = this.effort + most;
    while (sift.at < count && this.effort < until) {
      const step = rows.subarray(sift.at, Math.min(sift.at + stepRows, count));
      left(step, step.length, a);
      right(step, step.length, b);
      let at = 0;
      for (; at < step.length && this.effort < until; at += 1) {
        const row = step[at] as number;
        const [one, other] = [a[at] as number, b[at] as number];
        const isUnsure = Number.isNaN(one) || Number.isNaN(other);
        if (isUnsure ? this.at(row) === isTrue : compares(one, other)) rows[sift.kept++] = row;
      }
      sift.at += at;
    }
  }
}
