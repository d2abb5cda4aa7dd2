import type { Operator } from './size.ts';

/** Between which numbers some columns of a record must be: both ends are within. */
export interface Limits {
  readonly columns: readonly number[];
  readonly least: readonly number[];
  readonly most: readonly number[];
}

/** One column of which the numbers, from one on, must be within two ends. */
interface Ends {
  readonly from: number;
  readonly least: number;
  readonly most: number;
}

/** Leaves in a list of records those that are within, and returns how many: what is done most of all, and so most plainly. */
export function keepWithin(
  { from, least, most }: Ends,
  numbers: Float64Array,
  list: Int32Array,
  count: number,
): number {
  let kept = 0;
  for (let at = 0; at < count; at += 1) {
    const record = list[at] as number;
    const number = numbers[from + record] as number;
    list[kept] = record;
    kept += Number(number >= least && number <= most);
  }
  return kept;
}

/** Makes limits of comparisons, all of which must hold. */
export class LimitsMaker implements Limits {
  readonly columns: number[] = [];
  readonly least: number[] = [];
  readonly most: number[] = [];
  /** By column. */
  readonly #places = new Map<number, number>();

  /** The number of the column stands on the left. */
  add(column: number, operator: Operator, right: number): void {
    const least = leastOf(operator, right);
    const most = mostOf(operator, right);
    const place = this.#places.get(column);
    if (place === undefined) {
      this.#places.set(column, this.columns.length);
      this.columns.push(column);
      this.least.push(least);
      this.most.push(most);
    } else {
      this.least[place] = Math.max(this.least[place] as number, least);
      this.most[place] = Math.min(this.most[place] as number, most);
    }
  }
}

function leastOf(operator: Operator, right: number): number {
  if (operator === '>') return nextAbove(right);
  return operator === '>=' || operator === '==' ? right : Number.NEGATIVE_INFINITY;
}

function mostOf(operator: Operator, right: number): number {
  if (operator === '<') return -nextAbove(-right);
  return operator === '<=' || operator === '==' ? right : Number.POSITIVE_INFINITY;
}

/** One double, to be read as the whole number that its bits are. */
const bits = new DataView(new ArrayBuffer(8));

/** The lowest double that is above one; above infinity there is none, which no number is above. */
function nextAbove(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return Number.NaN;
  if (value === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  if (value === 0) return Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
