import { atOf, type Compiled, type Facts, type Node, truthOf } from '../expressions/index.ts';
import { type Check, RowCheck } from './check.ts';
import { compileLanes, type Lanes } from './lanes.ts';
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

/** The check of a condition that reads several columns: by many rows at once where it compares plain numbers. */
export function cellsCheck(
  key: string,
  node: Node,
  compiled: Compiled<number>,
  supply: Supply,
  my: Facts,
): Check {
  const at = atOf(compiled);
  const verdict = (row: number): Code => codeOf(truthOf(at(row)));
  const comparison = comparisonOf(node, supply, my);
  return comparison === undefined ? new RowCheck(key, verdict) : new LanesCheck(key, verdict, comparison);
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
  readonly #verdict: (row: number) => Code;
  readonly #comparison: LanesComparison;
  readonly #left = new Float64Array(stepRows);
  readonly #right = new Float64Array(stepRows);

  constructor(key: string, verdict: (row: number) => Code, comparison: LanesComparison) {
    super(key, verdict);
    this.#verdict = verdict;
    this.#comparison = comparison;
  }

  override keep(rows: Int32Array, count: number): number {
    const { left, right, compares } = this.#comparison;
    const [a, b] = [this.#left, this.#right];
    let kept = 0;
    for (let begin = 0; begin < count; begin += stepRows) {
      const step = rows.subarray(begin, Math.min(begin + stepRows, count));
      left(step, step.length, a);
      right(step, step.length, b);
      for (let at = 0; at < step.length; at += 1) {
        const row = step[at] as number;
        const [one, other] = [a[at] as number, b[at] as number];
        const isUnsure = Number.isNaN(one) || Number.isNaN(other);
        if (!isUnsure ? compares(one, other) : this.#verdict(row) === isTrue) rows[kept++] = row;
      }
    }
    return kept;
  }
}
