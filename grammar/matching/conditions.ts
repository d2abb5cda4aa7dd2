import {
  type Bind,
  type Cell,
  type Compiled,
  cellOf,
  compile,
  constant,
  type Expression,
  type Facts,
  type Node,
  type Side,
  truthOf,
  varying,
} from '../expressions/index.ts';
import { type Check, RowCheck, SharedCheck } from './check.ts';
import type { Supply } from './supply.ts';
import { both, type Code, codeOf, isFalse, isTrue } from './truth.ts';

/**
 * Binds the names of an expression: those of one side to what a row of the table says, those of the other, which is
 * the same for all rows, to its facts.
 */
export function bindRows(supply: Supply, rows: Side, facts: Facts): Bind<number> {
  return ({ side, name }) => {
    if (side !== rows) return constant(cellOf(facts.get(name)));
    const column = supply.column(name);
    // A column may come after the expression was compiled.
    return varying(
      column === undefined ? (row) => supply.column(name)?.cellAt(row) : (row) => column.cellAt(row),
    );
  };
}

/** The check of a condition of an Ask: over `their` rows, with `my` facts known. */
export function conditionCheck(expression: Expression, supply: Supply, my: Facts): Check {
  const checks = conjuncts(expression.root).map((node) => nodeCheck(node, supply, my));
  const [first] = checks;
  if (checks.length === 1 && first !== undefined) return first;
  return new AllCheck(checks);
}

/** `a and b` is two checks, each of which may be one that is remembered. */
function conjuncts(node: Node): Node[] {
  if (node.kind === 'group') return conjuncts(node.inner);
  if (node.kind !== 'binary' || node.operator !== 'and') return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

function nodeCheck(node: Node, supply: Supply, my: Facts): Check {
  const names = theirNames(node);
  const [name] = names;
  if (names.size === 1 && name !== undefined) return columnCheck(node, name, supply, my);
  return rowCheck(compile(node, bindRows(supply, 'their', my)));
}

/** What reads one column alone has one verdict for each different fact in it. */
function columnCheck(node: Node, name: string, supply: Supply, my: Facts): Check {
  const cell = (number: number): Cell => supply.column(name)?.facts.at(number)?.cell;
  const at = compile<number>(node, (read) =>
    read.side === 'their' ? varying(cell) : constant(cellOf(my.get(read.name))),
  );
  const verdict = (number: number): Code => codeOf(truthOf(at.isConstant ? at.value : at.at(number)));
  return new SharedCheck(() => supply.column(name), verdict);
}

function rowCheck(compiled: Compiled<number>): Check {
  if (compiled.isConstant) {
    const code = codeOf(truthOf(compiled.value));
    return new RowCheck(() => code);
  }
  const { at } = compiled;
  return new RowCheck((row) => {
    const cell = at(row);
    return typeof cell === 'boolean' ? (cell ? isTrue : isFalse) : codeOf(undefined);
  });
}

function theirNames(root: Node): Set<string> {
  const names = new Set<string>();
  compile<undefined>(root, ({ side, name }) => {
    if (side === 'their') names.add(name);
    return varying(() => undefined);
  });
  return names;
}

class AllCheck implements Check {
  readonly #checks: readonly Check[];

  constructor(checks: readonly Check[]) {
    this.#checks = checks;
  }

  get effort(): number {
    return this.#checks.reduce((sum, check) => sum + check.effort, 0);
  }

  forget(): void {
    for (const check of this.#checks) check.forget();
  }

  at(row: number): Code {
    return this.#checks.reduce<Code>((code, check) => both(code, check.at(row)), isTrue);
  }

  fill(from: number, until: number, codes: Uint8Array): void {
    for (let row = from; row < until; row += 1) codes[row - from] = this.at(row);
  }

  keep(rows: Int32Array, count: number): number {
    return this.#checks.reduce((kept, check) => check.keep(rows, kept), count);
  }
}
