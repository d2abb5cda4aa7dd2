import type { Fact } from '../values/fact.ts';
import type { Value, VersionValue } from '../values/value.ts';

/**
 * What a measure, a moment, money or a version is while an expression is evaluated: one shape for all, so that
 * engines find its members fast. Only those of one unit compare.
 */
export interface Measured {
  /** A dimension's name; 'timestamp'; 'version'; or the currency and what is charged for: '4.00 EUR/h' is of 'EUR/h'. */
  readonly unit: string;
  /** In bytes, seconds, hertz, bytes a second, milliseconds since 1970 or the currency; money is a double here. */
  readonly value: number;
  readonly version: VersionValue | undefined;
}

export type Scalar = string | number | boolean | Measured;

/** What a part of an expression comes to: a value, a set of two or more, or UNKNOWN. */
export type Cell = Scalar | readonly Scalar[] | undefined;

export function cellOf(fact: Fact | undefined): Cell {
  if (fact === undefined) return undefined;
  const [first] = fact.values;
  return fact.values.length === 1 && first !== undefined ? scalarOf(first) : fact.values.map(scalarOf);
}

export function scalarOf(value: Value): Scalar {
  switch (value.kind) {
    case 'string':
      return value.text;
    case 'boolean':
    case 'number':
      return value.value;
    case 'quantity':
      return measured(value.dimension, value.value);
    case 'timestamp':
      return measured(timestamp, value.value);
    case 'version':
      return { unit: version, value: 0, version: value };
    case 'money':
      return measured(moneyUnit(value.currency, value.per), Number(value.nano) / 1e9);
  }
}

export const timestamp = 'timestamp';
export const version = 'version';

/** A currency has capitals, so that it is no dimension. */
export function moneyUnit(currency: string, per: string | undefined): string {
  return per === undefined ? currency : `${currency}/${per}`;
}

/** UNKNOWN where the value has overflowed. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function measured(unit: string, value: number): Measured {
  return { unit, value, version: undefined };
}

export function finiteMeasured(unit: string, value: number): Measured | undefined {
  return Number.isFinite(value) ? measured(unit, value) : undefined;
}

export function isMeasured(cell: Cell): cell is Measured {
  return typeof cell === 'object' && 'unit' in cell;
}
