import { type Cell, isMeasured, timestamp, version } from '../expressions/cell.ts';
import { compile, constant, type Name, type Node, varying } from '../expressions/index.ts';
import type { Binary, Call } from '../expressions/syntax.ts';
import type { Slot } from './columns.ts';
import { comparisonLane } from './comparison-lane.ts';
import {
  bothLane,
  chosenLane,
  columnLane,
  type Ends,
  eitherLane,
  elseLane,
  filledLane,
  knownLane,
  type Lane,
  negatedLane,
  notLane,
  sumLane,
  truth,
} from './lane.ts';

/** Where a name is read: what the Tell says is known, what Asks of a layout say is in a slot or is not said. */
export type Reading = (name: Name) => { readonly cell: Cell } | (Slot & Ends);

const number = 'number';
/** The unit of what can only be UNKNOWN: it goes with any other. */
const nothing = '';
const unknown = filledLane(Number.NaN, nothing);

/**
 * A condition over the records of a layout, many at once. Undefined where it is not about numbers alone, so that each Ask is
 * to be looked at by itself.
 */
export function conditionLane(condition: Node, reading: Reading): Lane | undefined {
  const known = new Map<Node, Cell>();
  // What does not depend on the Ask comes to what it always does.
  compile<undefined>(
    condition,
    (name) => {
      const read = reading(name);
      return 'cell' in read ? constant(read.cell) : varying(() => undefined);
    },
    (node, compiled) => {
      if (compiled.isConstant) known.set(node, compiled.value);
    },
  );
  const of = (node: Node): Lane | undefined => {
    if (known.has(node)) return laneOfCell(known.get(node));
    switch (node.kind) {
      case 'name': {
        const read = reading(node);
        return 'cell' in read || read.unit === undefined
          ? undefined
          : columnLane(read.column, read.unit, read);
      }
      case 'group':
        return of(node.inner);
      case 'prefix': {
        const operand = of(node.operand);
        return operand && (node.operator === '-' ? negative(operand) : notLane(asTruth(operand)));
      }
      case 'call':
        return laneOfCall(node, of);
      case 'binary': {
        const [left, right] = [of(node.left), of(node.right)];
        return left && right && laneOfBinary(node, left, right);
      }
      default:
        return undefined;
    }
  };
  const lane = of(condition);
  return lane && asTruth(lane);
}

/** Undefined where it is no number, no quantity or money, and no truth. */
function laneOfCell(cell: Cell): Lane | undefined {
  if (cell === undefined) return unknown;
  if (typeof cell === 'number') return filledLane(cell, number);
  if (typeof cell === 'boolean') return filledLane(Number(cell), truth);
  return isMeasured(cell) && cell.unit !== timestamp && cell.unit !== version
    ? filledLane(cell.value, cell.unit)
    : undefined;
}

/** What is no Boolean is UNKNOWN as a condition. */
function asTruth(lane: Lane): Lane {
  return lane.unit === truth ? lane : filledLane(Number.NaN, truth);
}

function negative(lane: Lane): Lane {
  return lane.unit === truth ? unknown : negatedLane(lane);
}

function laneOfCall({ name, items }: Call, of: (node: Node) => Lane | undefined): Lane | undefined {
  const [first, then, otherwise] = items.map(of);
  if (first === undefined) return undefined;
  if (name === 'known') return knownLane(first);
  if (name !== 'if' || then === undefined || otherwise === undefined) return undefined;
  if (then.unit === nothing)
    return chosenLane(asTruth(first), filledLane(Number.NaN, otherwise.unit), otherwise);
  if (otherwise.unit === nothing) return chosenLane(asTruth(first), then, filledLane(Number.NaN, then.unit));
  return then.unit === otherwise.unit ? chosenLane(asTruth(first), then, otherwise) : undefined;
}

function laneOfBinary({ operator }: Binary, left: Lane, right: Lane): Lane | undefined {
  switch (operator) {
    case 'and':
      return bothLane(asTruth(left), asTruth(right));
    case 'or':
      return eitherLane(asTruth(left), asTruth(right));
    case '??':
      if (left.unit === nothing || right.unit === nothing) return left.unit === nothing ? right : left;
      return left.unit === right.unit ? elseLane(left, right) : undefined;
    case '+':
    case '-':
    case '*':
    case '/': {
      const unit = unitOf(operator, left.unit, right.unit);
      return unit === undefined ? unknown : sumLane(operator, left, right, unit);
    }
    case 'in':
    case 'has':
      return undefined;
    default:
      if (left.unit !== right.unit) return unknown;
      return left.unit === truth ? undefined : comparisonLane(operator, left, right);
  }
}

/** Of what arithmetic comes to; undefined where that can only be UNKNOWN. */
function unitOf(operator: '+' | '-' | '*' | '/', left: string, right: string): string | undefined {
  if (left === nothing || right === nothing || left === truth || right === truth) return undefined;
  switch (operator) {
    case '*':
      if (left === number) return right;
      return right === number ? left : undefined;
    case '/':
      if (right === number) return left;
      if (left === right) return number;
      return left === 'bytes' && right === 'rate' ? 'duration' : undefined;
    default:
      return left === right ? left : undefined;
  }
}
