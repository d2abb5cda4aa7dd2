import { isMeasured, type Scalar } from '../expressions/cell.ts';
import {
  type Cell,
  cellOf,
  compile,
  constant,
  type Facts,
  type Node,
  type Side,
  varying,
} from '../expressions/index.ts';
import { printNode } from '../expressions/print.ts';
import { partsOf } from '../expressions/syntax.ts';
import { equalTo, type Narrowing, narrowComparison } from './narrowing.ts';

/** What must be like that a condition may hold: what is said under a name, or what several names come to. */
export interface Needed {
  /** A name in small letters, or an expression in parentheses. */
  readonly subject: string;
  /** The expression; absent of a name. */
  readonly node: Node | undefined;
  readonly narrowing: Narrowing;
}

/** `a and b` is two conditions. */
export function conjuncts(node: Node): Node[] {
  if (node.kind === 'group') return conjuncts(node.inner);
  if (node.kind !== 'binary' || node.operator !== 'and') return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

/** Whether an expression reads a side. */
export function reads(node: Node, side: Side): boolean {
  return node.kind === 'name' ? node.side === side : partsOf(node).some((part) => reads(part, side));
}

const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==' };

/** What a condition needs of the other side, where what this side says is known; undefined where that is not plain. */
export function neededOf(condition: Node, my: Facts): Needed | undefined {
  if (condition.kind !== 'binary') return undefined;
  const { operator } = condition;
  const [left, right] = [bare(condition.left), bare(condition.right)];
  if (operator === 'in') return neededMembers(left, right, my);
  if (operator === 'has') return neededMembers(right, left, my);
  if (turned[operator] === undefined) return undefined;
  if (reads(left, 'their') === reads(right, 'their')) return undefined;
  const isLeft = reads(left, 'their');
  const subject = isLeft ? left : right;
  const value = comesTo(isLeft ? right : left, my);
  if (reads(subject, 'my') || value === undefined || isList(value)) return undefined;
  return about(subject, narrowComparison(isLeft ? operator : (turned[operator] as string), value));
}

/** Where each of some members is in a set. */
function neededMembers(members: Node, set: Node, my: Facts): Needed | undefined {
  const isAboutMembers = reads(members, 'their');
  if (isAboutMembers === reads(set, 'their')) return undefined;
  const subject = isAboutMembers ? members : set;
  if (subject.kind !== 'name') return undefined;
  const value = comesTo(isAboutMembers ? set : members, my);
  return about(subject, isAboutMembers ? amongOf(value) : havingOf(value));
}

function about(subject: Node, narrowing: Narrowing | undefined): Needed | undefined {
  if (narrowing === undefined) return undefined;
  if (subject.kind === 'name') return { subject: subject.name, node: undefined, narrowing };
  return { subject: `(${printNode(subject)})`, node: subject, narrowing: { ...narrowing, keys: undefined } };
}

/** Each member of a set is one of the list, so that one is. */
function amongOf(list: Cell): Narrowing | undefined {
  if (list === undefined) return undefined;
  const keys = (isList(list) ? list : [list]).map((one) => equalTo(one).keys?.[0]);
  return keys.includes(undefined) ? undefined : { keys: keys as string[], span: undefined };
}

/** Each of some values is in a set, so that the first is. */
function havingOf(value: Cell): Narrowing | undefined {
  const first = value !== undefined && isList(value) ? value[0] : (value as Scalar | undefined);
  return first === undefined ? undefined : equalTo(first);
}

/** What an expression comes to that reads `my` names alone. */
function comesTo(node: Node, my: Facts): Cell {
  const compiled = compile<undefined>(node, ({ side, name }) =>
    side === 'my' ? constant(cellOf(my.get(name))) : varying(() => undefined),
  );
  return compiled.isConstant ? compiled.value : undefined;
}

function bare(node: Node): Node {
  return node.kind === 'group' ? bare(node.inner) : node;
}

function isList(cell: Cell): cell is readonly Scalar[] {
  return typeof cell === 'object' && !isMeasured(cell);
}
