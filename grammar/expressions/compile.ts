import type { Truth } from '../values/value.ts';
import { type Cell, finite, isMeasured, type Scalar, scalarOf } from './cell.ts';
import { absolute, arithmetic, compared, extreme, isIn, negated, ordered } from './operations.ts';
import type { Arithmetic, Binary, Call, Comparison, Name, Node } from './syntax.ts';

/**
 * A part of an expression that is ready to be evaluated: a constant, or a closure over what stands for the two sides
 * (a row of a table, a pair of documents).
 */
export type Compiled<Row> =
  | { readonly isConstant: true; readonly value: Cell }
  | { readonly isConstant: false; readonly at: (row: Row) => Cell };

/** Says for each name where it is read; what is known already is a constant, and folded. */
export type Bind<Row> = (name: Name) => Compiled<Row>;

type At<Row> = (row: Row) => Cell;

/** What an evaluation comes to as a condition: UNKNOWN where it is no Boolean. */
export function truthOf(cell: Cell): Truth {
  return typeof cell === 'boolean' ? cell : undefined;
}

export function constant<Row>(value: Cell): Compiled<Row> {
  return { isConstant: true, value };
}

export function varying<Row>(at: At<Row>): Compiled<Row> {
  return { isConstant: false, at };
}

/**
 * Compiles an expression once, for evaluations without a look at its syntax. `seen` is told of each part and what it
 * was compiled to.
 */
export function compile<Row>(
  node: Node,
  bind: Bind<Row>,
  seen?: (node: Node, compiled: Compiled<Row>) => void,
): Compiled<Row> {
  const bound = new Map<string, Compiled<Row>>();
  // A name that stands a hundred times is bound once: its fact may be a set of thousands.
  const bindOnce: Bind<Row> = (name) => {
    const key = `${name.side}.${name.name}`;
    const known = bound.get(key) ?? bind(name);
    bound.set(key, known);
    return known;
  };
  const of = (part: Node): Compiled<Row> => {
    const compiled = compileNode(part, bindOnce, of);
    seen?.(part, compiled);
    return compiled;
  };
  return of(node);
}

function compileNode<Row>(node: Node, bind: Bind<Row>, of: (part: Node) => Compiled<Row>): Compiled<Row> {
  switch (node.kind) {
    case 'constant':
      return constant(scalarOf(node.value));
    case 'name':
      return bind(node);
    case 'group':
      return of(node.inner);
    case 'list':
      return combined(node.items.map(of), listOf);
    case 'prefix':
      return mapped(of(node.operand), node.operator === '-' ? negated : not);
    case 'matches': {
      const { expression } = node;
      return mapped(of(node.operand), (cell) =>
        typeof cell === 'string' ? expression.found(cell) : undefined,
      );
    }
    case 'call':
      return compileCall(node, node.items.map(of));
    case 'binary':
      return compileBinary(node, of(node.left), of(node.right));
  }
}

function compileBinary<Row>({ operator }: Binary, left: Compiled<Row>, right: Compiled<Row>): Compiled<Row> {
  switch (operator) {
    case '??':
      return either(left, right);
    case 'and':
      return conjunction(left, right);
    case 'or':
      return negation(conjunction(negation(left), negation(right)));
    case 'in':
      return paired(left, right, isIn);
    case 'has':
      return paired(right, left, isIn);
    case '*':
    case '/':
    case '+':
    case '-':
      return sum(operator, left, right);
    default:
      return comparison(operator, left, right);
  }
}

function not(cell: Cell): Cell {
  return typeof cell === 'boolean' ? !cell : undefined;
}

function negation<Row>(part: Compiled<Row>): Compiled<Row> {
  return mapped(part, not);
}

/** FALSE decides, whatever the other is. */
function conjunction<Row>(left: Compiled<Row>, right: Compiled<Row>): Compiled<Row> {
  if (left.isConstant) {
    if (left.value === false) return constant(false);
    const isTrue = left.value === true;
    return mapped(right, (cell) => (cell === false ? false : isTrue ? truthOf(cell) : undefined));
  }
  if (right.isConstant) return conjunction(right, left);
  const [one, other] = [left.at, right.at];
  return varying((row) => {
    const first = one(row);
    if (first === false) return false;
    const second = other(row);
    return second === false ? false : first === true && second === true ? true : undefined;
  });
}

function either<Row>(left: Compiled<Row>, right: Compiled<Row>): Compiled<Row> {
  if (left.isConstant) return left.value === undefined ? right : left;
  const one = left.at;
  if (right.isConstant) {
    const { value } = right;
    return varying((row) => one(row) ?? value);
  }
  const other = right.at;
  return varying((row) => one(row) ?? other(row));
}

/** Numbers, which most operands are, take no call. */
function sum<Row>(operator: Arithmetic, left: Compiled<Row>, right: Compiled<Row>): Compiled<Row> {
  if (left.isConstant || right.isConstant || operator === '+' || operator === '-') {
    return paired(left, right, (a, b) => arithmetic(operator, a, b));
  }
  const [one, other] = [left.at, right.at];
  const isProduct = operator === '*';
  return varying((row) => {
    const [a, b] = [one(row), other(row)];
    if (typeof a === 'number' && typeof b === 'number') return finite(isProduct ? a * b : a / b);
    return arithmetic(operator, a, b);
  });
}

function comparison<Row>(operator: Comparison, left: Compiled<Row>, right: Compiled<Row>): Compiled<Row> {
  if (!left.isConstant && right.isConstant && typeof right.value === 'number') {
    const one = left.at;
    const number = right.value;
    return varying((row) => {
      const cell = one(row);
      return typeof cell === 'number' ? ordered(operator, cell - number) : undefined;
    });
  }
  return paired(left, right, (a, b) => compared(operator, a, b));
}

function compileCall<Row>({ name }: Call, items: readonly Compiled<Row>[]): Compiled<Row> {
  const [first, second, third] = items;
  if (first === undefined) throw new TypeError(`'${name}' takes a value`);
  switch (name) {
    case 'known':
      return mapped(first, (cell) => cell !== undefined);
    case 'if':
      if (second === undefined || third === undefined) throw new TypeError("'if' takes three values");
      return chosen(first, second, third);
    case 'min':
      return combined(items, (cells) => extreme(1, cells));
    case 'max':
      return combined(items, (cells) => extreme(-1, cells));
    case 'floor':
      return mapped(first, (cell) => (typeof cell === 'number' ? Math.floor(cell) : undefined));
    case 'ceil':
      return mapped(first, (cell) => (typeof cell === 'number' ? Math.ceil(cell) : undefined));
    case 'abs':
      return mapped(first, absolute);
  }
}

function chosen<Row>(condition: Compiled<Row>, then: Compiled<Row>, otherwise: Compiled<Row>): Compiled<Row> {
  if (condition.isConstant) {
    if (typeof condition.value !== 'boolean') return constant(undefined);
    return condition.value ? then : otherwise;
  }
  const { at } = condition;
  const [whenTrue, whenFalse] = [atOf(then), atOf(otherwise)];
  return varying((row) => {
    const cell = at(row);
    return typeof cell === 'boolean' ? (cell ? whenTrue(row) : whenFalse(row)) : undefined;
  });
}

/** A list with an UNKNOWN or a set in it is UNKNOWN. */
function listOf(cells: readonly Cell[]): Cell {
  const isList = cells.every((cell) => cell !== undefined && (typeof cell !== 'object' || isMeasured(cell)));
  return isList ? (cells as readonly Scalar[]) : undefined;
}

export function atOf<Row>(part: Compiled<Row>): At<Row> {
  if (!part.isConstant) return part.at;
  const { value } = part;
  return () => value;
}

function mapped<Row>(part: Compiled<Row>, map: (cell: Cell) => Cell): Compiled<Row> {
  if (part.isConstant) return constant(map(part.value));
  const { at } = part;
  return varying((row) => map(at(row)));
}

function paired<Row>(
  left: Compiled<Row>,
  right: Compiled<Row>,
  map: (a: Cell, b: Cell) => Cell,
): Compiled<Row> {
  if (left.isConstant && right.isConstant) return constant(map(left.value, right.value));
  const [one, other] = [atOf(left), atOf(right)];
  return varying((row) => map(one(row), other(row)));
}

function combined<Row>(
  parts: readonly Compiled<Row>[],
  map: (cells: readonly Cell[]) => Cell,
): Compiled<Row> {
  const all = parts.map(atOf);
  if (parts.every(({ isConstant }) => isConstant)) {
    return constant(map(parts.map((part) => (part.isConstant ? part.value : undefined))));
  }
  return varying((row) => map(all.map((at) => at(row))));
}
