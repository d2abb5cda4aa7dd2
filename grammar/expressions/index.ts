import type { Fact } from '../values/fact.ts';
import { type Cell, cellOf } from './cell.ts';
import { isCondition, typeOf } from './check.ts';
import { atOf, compile, varying } from './compile.ts';
import { ExpressionFault } from './make.ts';
import { type NoTruth, operandsOfNoTruth } from './operands.ts';
import { printNode } from './print.ts';
import { type ExpressionProblem, readNode } from './read.ts';
import { type Name, type Node, partsOf } from './syntax.ts';
import { countable } from './types.ts';

export { type Cell, cellOf, type Measured } from './cell.ts';
export { atOf, type Bind, type Compiled, compile, constant, truthOf, varying } from './compile.ts';
export type { ExpressionProblem } from './read.ts';
export type { Name, Node, Side } from './syntax.ts';

/** What one side says, by name in small letters. */
export type Facts = ReadonlyMap<string, Fact>;

/** An expression of Requires, Prefer or Rank. */
export interface Expression {
  /** Canonical. */
  readonly text: string;
  readonly root: Node;
  /** Each name that it reads, once. */
  readonly names: readonly Name[];
  /** Its operands that are no truth values where these must stand; looked for when somebody asks first. */
  readonly noTruths: readonly NoTruth[];
  evaluate(my: Facts, their: Facts): Cell;
}

/** What an expression is for: Requires and Prefer are conditions, Rank is a number or a quantity. */
export type Purpose = 'condition' | 'rank';

/** Reads an expression, or says what is wrong with it, as what follows the header's name in a sentence. */
export function readExpression(
  text: string,
  purpose: Purpose,
): { readonly expression: Expression } | ExpressionProblem {
  const root = readNode(text);
  if ('problem' in root) return root;
  try {
    const type = typeOf(root);
    if (purpose === 'condition' && !isCondition(type)) {
      return { problem: "is a condition, such as 'their.Load < 2', and this is none", at: 0 };
    }
    const measures = countable(type.one).filter((kind) => /^[a-z]/.test(kind) && kind !== 'money');
    if (purpose === 'rank' && measures.length === 0) {
      return { problem: "is a number or a quantity, such as 'their.Cpus * 10', and this is none", at: 0 };
    }
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    return { problem: error.message, at: error.at };
  }
  return { expression: expressionOf(root) };
}

function expressionOf(root: Node): Expression {
  let at: ((sides: Sides) => Cell) | undefined;
  let noTruths: readonly NoTruth[] | undefined;
  return {
    text: printNode(root),
    root,
    names: namesOf(root),
    get noTruths() {
      noTruths ??= operandsOfNoTruth(root);
      return noTruths;
    },
    evaluate(my, their) {
      at ??= atOf(
        compile<Sides>(root, ({ side, name }) => varying((sides) => cellOf(sides[side].get(name)))),
      );
      return at({ my, their });
    },
  };
}

interface Sides {
  readonly my: Facts;
  readonly their: Facts;
}

function namesOf(root: Node): readonly Name[] {
  const names = new Map<string, Name>();
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'name') names.set(`${node.side}.${node.name}`, node);
    open.push(...partsOf(node));
  }
  return [...names.values()];
}
