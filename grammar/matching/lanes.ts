import type { Facts, Node } from '../expressions/index.ts';
import { arithmetic } from './arithmetic.ts';
import type { FactColumn } from './fact-column.ts';
import { plain } from './measures.ts';
import { pageMask } from './pages.ts';
import type { Sliced } from './sliced.ts';

/**
 * Arithmetic over many rows at once: writes to `out` what the expression comes to for each of the first `count` rows.
 * Where that is no plain number, or may not be, it writes NaN, and the row is to be evaluated by itself. The rows are of
 * one page.
 */
export type Lanes = (rows: Int32Array, count: number, out: Float64Array) => void;

/** The table whose rows they are. */
export interface Columns {
  column(name: string): FactColumn | undefined;
}

/** Measures columns in slices, so that the first who uses their lanes need not. */
export function* prepareColumns(table: Columns, names: readonly string[]): Sliced<void> {
  for (const name of names) {
    const column = table.column(name);
    if (column !== undefined) yield* column.measured.prepare();
  }
}

/** An expression of plain numbers alone, over `their` rows with `my` facts known; undefined where it is another. */
export function compileLanes(node: Node, table: Columns, my: Facts): Lanes | undefined {
  switch (node.kind) {
    case 'group':
      return compileLanes(node.inner, table, my);
    case 'constant':
      return node.value.kind === 'number' ? filled(node.value.value) : undefined;
    case 'name': {
      if (node.side === 'their') return column(table, node.name);
      const [value, ...more] = my.get(node.name)?.values ?? [];
      return value?.kind === 'number' && more.length === 0 ? filled(value.value) : undefined;
    }
    case 'prefix': {
      const inner = node.operator === '-' ? compileLanes(node.operand, table, my) : undefined;
      return inner && negated(inner);
    }
    case 'binary': {
      const [left, right] = [compileLanes(node.left, table, my), compileLanes(node.right, table, my)];
      return left && right && combined(node.operator, left, right);
    }
    default:
      return undefined;
  }
}

const none = new Int32Array(0);

function filled(value: number): Lanes {
  return (_rows, count, out) => {
    out.fill(value, 0, count);
  };
}

function column(table: Columns, name: string): Lanes {
  return (rows, count, out) => {
    const column = table.column(name);
    if (column === undefined) {
      out.fill(Number.NaN, 0, count);
      return;
    }
    const numbers = column.numbersAt(rows[0] ?? 0) ?? none;
    const { kinds, lows } = column.measured.whole;
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] as number;
      const place = row & pageMask;
      const number = place < numbers.length ? (numbers[place] as number) : column.at(row);
      out[at] = kinds[number] === plain ? (lows[number] as number) : Number.NaN;
    }
  };
}

function negated(inner: Lanes): Lanes {
  return (rows, count, out) => {
    inner(rows, count, out);
    for (let at = 0; at < count; at += 1) out[at] = -(out[at] as number);
  };
}

function combined(operator: string, left: Lanes, right: Lanes): Lanes | undefined {
  const apply = arithmetic[operator];
  if (apply === undefined) return undefined;
  let spare = new Float64Array(0);
  return (rows, count, out) => {
    if (spare.length < count) spare = new Float64Array(count);
    left(rows, count, out);
    right(rows, count, spare);
    apply(out, spare, count);
  };
}
