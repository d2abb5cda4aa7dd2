import type { Need } from '../documents/model.ts';
import type { Cell } from '../expressions/index.ts';
import type { Range, Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';

/** What kind of amount something is of: only those of one kind compare. */
export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** There is nothing under this number. */
const nothing = 0;
/** It is a number without a dimension. */
export const plain = 1;
/** What holds of it has to be looked at: it is of another type, a set, or more than one comparison. */
export const other = 7;

const kinds = { bytes: 2, duration: 3, frequency: 4, rate: 5 } as const;
const timestamp = 6;

/** What is from one double to another, both included; infinite where there is no such end. */
export interface Bounds {
  readonly kind: Kind;
  readonly low: number;
  readonly high: number;
}

const none: Bounds = { kind: nothing, low: 0, high: 0 };
const unlike: Bounds = { kind: other, low: 0, high: 0 };

/** A fact as a point. */
export function pointOf({ values }: Fact): Bounds {
  const [value] = values;
  if (values.length !== 1 || value === undefined) return unlike;
  switch (value.kind) {
    case 'number':
      return { kind: plain, low: value.value, high: value.value };
    case 'quantity':
      return { kind: kinds[value.dimension], low: value.value, high: value.value };
    case 'timestamp':
      return { kind: timestamp, low: value.value, high: value.value };
    default:
      return unlike;
  }
}

/** What passes a need of an amount. */
export function boundsOfNeed({ from, exact, dimension }: Need): Bounds {
  const kind = dimension === undefined ? plain : kinds[dimension];
  return { kind, low: from, high: exact ? from : Number.POSITIVE_INFINITY };
}

/** What passes a test that is one comparison or range over numbers, quantities or timestamps. */
export function boundsOf(test: Test): Bounds {
  if (test.kind === 'group') return boundsOf(test.test);
  if (test.kind === 'range') return boundsOfRange(test);
  if (test.kind !== 'compare' && test.kind !== 'has') return unlike;
  const { kind, low } = pointOf({ values: [test.value], text: '' });
  const operator = test.kind === 'has' ? '=' : test.operator;
  if (operator === '!=') return unlike;
  return operator === '=' || operator === '==' ? { kind, low, high: low } : beyond(operator, kind, low);
}

function beyond(operator: '<' | '<=' | '>' | '>=', kind: Kind, value: number): Bounds {
  const endless = Number.POSITIVE_INFINITY;
  switch (operator) {
    case '<':
      return { kind, low: -endless, high: below(value) };
    case '<=':
      return { kind, low: -endless, high: value };
    case '>':
      return { kind, low: above(value), high: endless };
    case '>=':
      return { kind, low: value, high: endless };
  }
}

/** What passes a comparison with a cell of an expression. */
export function boundsOfCell(operator: '<' | '<=' | '>' | '>=', cell: Cell): Bounds | undefined {
  if (typeof cell === 'number') return beyond(operator, plain, cell);
  if (typeof cell !== 'object' || !('unit' in cell)) return undefined;
  const kind = (kinds as Readonly<Record<string, Kind>>)[cell.unit];
  return kind === undefined ? undefined : beyond(operator, kind, cell.value);
}

function boundsOfRange({ from, to }: Range): Bounds {
  const [low, high] = [from, to].map((end) => end && pointOf({ values: [end.value], text: '' }));
  const kind = (low ?? high)?.kind ?? other;
  if (low !== undefined && high !== undefined && low.kind !== high.kind) return unlike;
  return { kind, low: low?.low ?? Number.NEGATIVE_INFINITY, high: high?.high ?? Number.POSITIVE_INFINITY };
}

/** How full it is when room is made before it is needed. */
const reserveFrom = 15 / 16;

/** By number the bounds of things, side by side, so that a comparison takes no look at the thing. A fact is a point. */
export class Measures {
  kinds = new Uint8Array(64);
  lows = new Float64Array(64);
  highs = new Float64Array(64);

  set(number: number, { kind, low, high }: Bounds = none): void {
    if (number >= this.kinds.length) this.#grow();
    this.kinds[number] = kind;
    this.lows[number] = low;
    this.highs[number] = high;
  }

  /** Makes room for more where so many numbers nearly fill it. */
  reserve(size: number): void {
    if (size > reserveFrom * this.kinds.length) this.#grow();
  }

  #grow(): void {
    const length = 2 * this.kinds.length;
    const kindsBefore = this.kinds;
    this.kinds = new Uint8Array(length);
    this.kinds.set(kindsBefore);
    this.lows = longer(this.lows, length);
    this.highs = longer(this.highs, length);
  }
}

function longer(from: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}

/** The next double above one that is finite. */
function above(value: number): number {
  const double = new Float64Array([value === 0 ? 0 : value]);
  const bits = new BigInt64Array(double.buffer);
  bits[0] = (bits[0] as bigint) + (value >= 0 ? 1n : -1n);
  return double[0] as number;
}

/** The next double below one that is finite. */
function below(value: number): number {
  return -above(-value);
}
