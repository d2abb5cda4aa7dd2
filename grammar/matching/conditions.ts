import {
  type Bind,
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
import { printNode } from '../expressions/print.ts';
import { type Check, SharedCheck } from './check.ts';
import { conditionEffort } from './effort.ts';
import { factKey } from './fact-column.ts';
import { cellsCheck } from './lanes-check.ts';
import { type Bounds, boundsOfCell } from './measures.ts';
import { RowCheck } from './row-check.ts';
import type { Sift } from './sift.ts';
import type { Sliced } from './sliced.ts';
import type { Supply } from './supply.ts';
import { both, type Code, codeOf, isTrue } from './truth.ts';

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
  const { mine, their } = namesOf(node);
  const [name] = their;
  const key = `Requires ${printNode(node)}${keyOfFacts(mine, my)}`;
  if (their.length === 1 && name !== undefined) return columnCheck(key, node, name, supply, my);
  const compiled = compile(node, bindRows(supply, 'their', my));
  if (!compiled.isConstant) return cellsCheck(key, node, their, compiled, supply, my);
  const code = codeOf(truthOf(compiled.value));
  return new RowCheck(undefined, () => code);
}

/** What reads one column alone has one verdict for each different fact in it. */
function columnCheck(key: string, node: Node, name: string, supply: Supply, my: Facts): Check {
  const at = compile<number>(node, (read) =>
    read.side === 'their'
      ? varying((number) => supply.column(name)?.cellOf(number))
      : constant(cellOf(my.get(read.name))),
  );
  const verdict = (number: number): Code => codeOf(truthOf(at.isConstant ? at.value : at.at(number)));
  const against = boundsOfComparison(node, my);
  const bounded = against && { measured: () => supply.column(name)?.measured, against };
  return new SharedCheck(
    `Facts ${name}`,
    key,
    () => supply.column(name),
    verdict,
    conditionEffort(key),
    bounded,
  );
}

/** What passes a comparison of a name of the other side with what is known: `their.Load < 2 * my.Cpus`. */
function boundsOfComparison(node: Node, my: Facts): Bounds | undefined {
  if (node.kind !== 'binary') return undefined;
  const isTurned = node.left.kind !== 'name';
  const [name, known] = isTurned ? [node.right, node.left] : [node.left, node.right];
  const operator = (isTurned ? turned : asWritten)[node.operator];
  if (name.kind !== 'name' || name.side !== 'their' || operator === undefined) return undefined;
  if (namesOf(known).their.length > 0) return undefined;
  const value = compile<undefined>(known, (read) => constant(cellOf(my.get(read.name))));
  return value.isConstant ? boundsOfCell(operator, value.value) : undefined;
}

type Comparing = '<' | '<=' | '>' | '>=';

const asWritten: Readonly<Record<string, Comparing>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const turned: Readonly<Record<string, Comparing>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** What facts of some names are, for a key. */
export function keyOfFacts(names: readonly string[], facts: Facts): string {
  return names
    .map((name) => {
      const fact = facts.get(name);
      return `; ${name}: ${fact === undefined ? '' : factKey(fact)}`;
    })
    .join('');
}

interface Names {
  readonly mine: readonly string[];
  readonly their: readonly string[];
}

/** The names that a part of an expression reads, each once. */
export function namesOf(root: Node): Names {
  const mine = new Set<string>();
  const their = new Set<string>();
  compile<undefined>(root, ({ side, name }) => {
    (side === 'their' ? their : mine).add(name);
    return varying(() => undefined);
  });
  return { mine: [...mine], their: [...their] };
}

class AllCheck implements Check {
  readonly key = undefined;
  readonly parts: readonly Check[];

  constructor(checks: readonly Check[]) {
    this.parts = checks;
  }

  get effort(): number {
    return this.parts.reduce((sum, check) => sum + check.effort, 0);
  }

  forget(): void {
    for (const check of this.parts) check.forget();
  }

  at(row: number): Code {
    return this.parts.reduce<Code>((code, check) => both(code, check.at(row)), isTrue);
  }

  afresh(row: number): Code {
    return this.parts.reduce<Code>((code, check) => both(code, check.afresh(row)), isTrue);
  }

  fill(from: number, until: number, codes: Uint8Array, most: number): number {
    const part = new Uint8Array(until - from);
    codes.fill(isTrue, 0, part.length);
    let end = until;
    for (const check of this.parts) {
      end = check.fill(from, end, part, most);
      for (let at = 0; at < end - from; at += 1) codes[at] = both(codes[at] as Code, part[at] as Code);
    }
    return end;
  }

  *prepare(): Sliced<void> {
    for (const check of this.parts) yield* check.prepare();
  }

  keep(sift: Sift, most: number): void {
    const until = this.effort + most;
    for (; sift.at < sift.count && this.effort < until; sift.at += 1) {
      const row = sift.rows[sift.at] as number;
      if (this.at(row) === isTrue) sift.rows[sift.kept++] = row;
    }
  }
}
