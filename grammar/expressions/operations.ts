import type { Truth, VersionValue } from '../values/value.ts';
import { orderVersions } from '../values/version.ts';
import {
  type Cell,
  finite,
  finiteMeasured,
  isMeasured,
  type Measured,
  type Scalar,
  timestamp,
  version,
} from './cell.ts';
import type { Arithmetic, Comparison } from './syntax.ts';

/** Arithmetic and comparison of section 6 of the language. UNKNOWN where an operation does not take its operands. */

export function arithmetic(operator: Arithmetic, a: Cell, b: Cell): Cell {
  if (typeof a === 'number' && typeof b === 'number') return finite(ofNumbers(operator, a, b));
  switch (operator) {
    case '+':
    case '-':
      return isCounted(a) && isCounted(b) && a.unit === b.unit
        ? finiteMeasured(a.unit, operator === '+' ? a.value + b.value : a.value - b.value)
        : undefined;
    case '*':
      if (isCounted(a) && typeof b === 'number') return finiteMeasured(a.unit, a.value * b);
      return isCounted(b) && typeof a === 'number' ? finiteMeasured(b.unit, a * b.value) : undefined;
    case '/':
      return quotient(a, b);
  }
}

function ofNumbers(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
  }
}

function quotient(a: Cell, b: Cell): Cell {
  if (!isCounted(a)) return undefined;
  if (typeof b === 'number') return finiteMeasured(a.unit, a.value / b);
  if (!isCounted(b)) return undefined;
  if (a.unit === b.unit) return finite(a.value / b.value);
  return a.unit === 'bytes' && b.unit === 'rate' ? finiteMeasured('duration', a.value / b.value) : undefined;
}

/** Whether it can be added up: a quantity or money, and neither a moment nor a version. */
function isCounted(cell: Cell): cell is Measured {
  return isMeasured(cell) && cell.unit !== timestamp && cell.unit !== version;
}

export function negated(cell: Cell): Cell {
  if (typeof cell === 'number') return -cell;
  return isCounted(cell) ? finiteMeasured(cell.unit, -cell.value) : undefined;
}

export function absolute(cell: Cell): Cell {
  if (typeof cell === 'number') return Math.abs(cell);
  return isCounted(cell) ? finiteMeasured(cell.unit, Math.abs(cell.value)) : undefined;
}

/** The least of some, or with `sign` -1 the most. */
export function extreme(sign: 1 | -1, cells: readonly Cell[]): Cell {
  let best: number | Measured | undefined;
  for (const cell of cells) {
    if (typeof cell !== 'number' && !isCounted(cell)) return undefined;
    if (best === undefined) {
      best = cell;
      continue;
    }
    const order = orderOf(cell, best);
    if (order === undefined) return undefined;
    if (order * sign < 0) best = cell;
  }
  return best;
}

export function compared(operator: Comparison, a: Cell, b: Cell): Truth {
  if (operator === '==' || operator === '!=') {
    const equal = equals(a, b);
    return equal === undefined || operator === '==' ? equal : !equal;
  }
  const order = orderOf(a, b);
  return order === undefined ? undefined : ordered(operator, order);
}

export function ordered(operator: Comparison, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

function equals(a: Cell, b: Cell): Truth {
  if (typeof a === 'string' || typeof a === 'boolean') return typeof a === typeof b ? a === b : undefined;
  const order = orderOf(a, b);
  return order === undefined ? undefined : order === 0;
}

function orderOf(a: Cell, b: Cell): number | undefined {
  if (typeof a === 'number') return typeof b === 'number' ? sign(a, b) : undefined;
  if (!isMeasured(a) || !isMeasured(b) || a.unit !== b.unit) return undefined;
  return a.version !== undefined && b.version !== undefined
    ? orderVersions(a.version, b.version)
    : sign(a.value, b.value);
}

function sign(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}

/** From so many pairs on, members are sought among ordered ones. */
const manyPairs = 256;

/** Whether each member of a is in b. */
export function isIn(a: Cell, b: Cell): Truth {
  if (a === undefined || b === undefined) return undefined;
  const [members, set] = [membersOf(a), membersOf(b)];
  const isMember = members.length * set.length < manyPairs ? among(set) : amongMany(set);
  let truth: Truth = true;
  for (const member of members) {
    const found = isMember(member);
    if (found === false) return false;
    if (found === undefined) truth = undefined;
  }
  return truth;
}

/** Says of a member whether it is in a set; UNKNOWN where it is not and one there does not compare with it. */
function among(set: readonly Scalar[]): (member: Scalar) => Truth {
  return (member) => {
    let truth: Truth = false;
    for (const other of set) {
      const equal = equals(member, other);
      if (equal === true) return true;
      if (equal === undefined) truth = undefined;
    }
    return truth;
  };
}

/** The same, in a time that does not grow with the set: those that compare with a member stand together. */
function amongMany(set: readonly Scalar[]): (member: Scalar) => Truth {
  const groups = new Map<string, Set<string | number | boolean>>();
  for (const other of set) {
    const kind = kindOf(other);
    const group = groups.get(kind) ?? new Set();
    groups.set(kind, group);
    group.add(keyOf(other));
  }
  return (member) => {
    const kind = kindOf(member);
    const group = groups.get(kind);
    if (group?.has(keyOf(member))) return true;
    return group !== undefined && groups.size === 1 ? false : undefined;
  };
}

function kindOf(scalar: Scalar): string {
  return typeof scalar === 'object' ? scalar.unit : typeof scalar;
}

/** Equal for what is equal, of one kind. */
function keyOf(scalar: Scalar): string | number | boolean {
  if (typeof scalar !== 'object') return scalar;
  return scalar.version === undefined ? scalar.value : versionKey(scalar.version);
}

function membersOf(cell: Scalar | readonly Scalar[]): readonly Scalar[] {
  return Array.isArray(cell) ? (cell as readonly Scalar[]) : [cell as Scalar];
}

/** Zeros at the end say nothing: 5 and 5.0 are one version. */
function versionKey({ parts }: VersionValue): string {
  return parts.slice(0, parts.findLastIndex((part) => part !== 0) + 1).join('.');
}
