import { type Decimal, decimalOf, doubleOf, nanoOf, sumOf, times, toDouble } from './decimal.ts';
import { momentOf } from './timestamp.ts';
import { charges, isCharge, unitBesideCase, units } from './units.ts';
import type { Value } from './value.ts';
import { versionOf } from './version.ts';

/** A value as it was read, and its canonical text. */
export interface Literal {
  readonly value: Value;
  readonly text: string;
}

/** Why a text is no value, as what follows "found '…', " in a sentence. */
export interface Fault {
  readonly problem: string;
}

/** Values made of the parts that the grammar has found. */
export interface Make {
  string(text: string): Literal;
  quoted(text: string): Literal | Fault;
  boolean(value: boolean): Literal;
  timestamp(text: string): Literal | Fault;
  seconds(text: string): Literal | Fault;
  version(text: string): Literal | Fault;
  money(amount: string, currency: string, per: string | null): Literal | Fault;
  quantity(parts: readonly Measured[]): Literal | Fault;
  isUnit(text: string): boolean;
  percentage(text: string): Literal | Fault;
  number(text: string): Literal | Fault;
}

export interface Measured {
  readonly number: string;
  readonly unit: string;
}

const tooLarge: Fault = { problem: 'which is larger than numbers get' };
/** Characters of a version: each may be a part of its own, and parts cost time wherever versions are compared. */
const versionCharacters = 128;
const tooLongVersion: Fault = { problem: `and a version has at most ${versionCharacters} characters` };
const noMoment: Fault = { problem: 'and there is no such day or time' };

export const make: Make = {
  string: (text) => {
    const blanksAsOne = text.replace(/[ \t]+/g, ' ').trim();
    return { value: { kind: 'string', text: blanksAsOne }, text: blanksAsOne };
  },
  quoted: (text) => {
    const said = JSON.parse(text.replaceAll('\t', '\\t')) as string;
    if (!said.isWellFormed()) return { problem: 'which has half a character in it, a lone surrogate' };
    return { value: { kind: 'string', text: said }, text };
  },
  boolean: (value) => ({ value: { kind: 'boolean', value }, text: String(value) }),
  timestamp: (text) => {
    const value = momentOf(text);
    return value === undefined ? noMoment : { value: { kind: 'timestamp', value }, text };
  },
  seconds: (text) => {
    const value = doubleOf(text, 3);
    return Number.isFinite(value) ? { value: { kind: 'timestamp', value }, text } : tooLarge;
  },
  version: (text) =>
    text.length > versionCharacters
      ? tooLongVersion
      : { value: versionOf(/^v[0-9]/.test(text) ? text.slice(1) : text), text },
  money,
  quantity,
  isUnit: (text) => units.has(text),
  percentage: (text) => finite(doubleOf(text, -2), `${text} %`),
  number: (text) => finite(doubleOf(text), text),
};

function finite(value: number, text: string): Literal | Fault {
  return Number.isFinite(value) ? { value: { kind: 'number', value }, text } : tooLarge;
}

function money(amount: string, currency: string, per: string | null): Literal | Fault {
  const unit = unitBesideCase(currency);
  if (unit !== undefined) return { problem: `and the unit is written '${unit}'` };
  const [whole = '', places = ''] = amount.replace('-', '').split('.');
  if (whole.length > 15) return { problem: 'and money has at most 15 digits before the point' };
  if (places.length > 9) return { problem: 'and money has at most 9 digits after the point' };
  if (per !== null && !isCharge(per)) {
    return {
      problem: `and what is charged for is one of ${charges.map((charge) => `/${charge}`).join(', ')}`,
    };
  }
  const text = `${amount} ${currency}${per === null ? '' : `/${per}`}`;
  return { value: { kind: 'money', currency, nano: nanoOf(amount), per: per ?? undefined }, text };
}

/** A quantity of one part, or a duration of several; a minus at its beginning is of the whole. */
function quantity(parts: readonly Measured[]): Literal | Fault {
  const dimension = units.get(parts[0]?.unit ?? '')?.dimension;
  if (dimension === undefined) throw new TypeError('the grammar takes known units only');
  const isNegative = parts[0]?.number.startsWith('-') ?? false;
  const sizes: Decimal[] = [];
  for (const { number, unit } of parts) {
    const of = units.get(unit);
    if (of === undefined || of.dimension !== dimension)
      return { problem: 'whose parts measure different things' };
    sizes.push(times(decimalOf(number.replace(/^-/, '')), of.mantissa, of.exponent));
  }
  const sum = sizes.length === 1 ? sizes[0] : sumOf(sizes);
  if (sum === undefined) return { problem: 'whose parts are too far apart to be added' };
  if (parts.length > 1 && dimension !== 'duration') return { problem: 'and only durations add' };
  const value = toDouble(sum);
  if (!Number.isFinite(value)) return tooLarge;
  const text = parts.map(({ number, unit }) => `${number} ${unit}`).join(' ');
  return { value: { kind: 'quantity', dimension, value: isNegative ? -value : value }, text };
}
