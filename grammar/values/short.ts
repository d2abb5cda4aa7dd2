import type { ClauseType } from '../vocabulary/row.ts';
import {
  blank,
  dot,
  isDigit,
  isInWord,
  isLetter,
  minus,
  percent,
  quote,
  underscore,
  zero,
} from './characters.ts';
import { type Fault, type Literal, type Measured, make } from './make.ts';
import { momentOf } from './timestamp.ts';
import { type Unit, units } from './units.ts';
import type { Dimension } from './value.ts';

/**
 * The values that nearly all documents have, without the grammar: a short path, which says nothing where it is not
 * sure. A property test holds what it says equal to what the grammar's rules say.
 */
export function readShort(type: ClauseType | undefined, text: string): Literal | Fault | undefined {
  switch (type) {
    case undefined:
      return shortLiteral(text);
    case 'string':
      return shortText(text);
    case 'number':
      return shortNumber(text) ?? shortPercentage(text);
    case 'whole':
      return text.includes('.') || text.startsWith('-') ? undefined : shortNumber(text);
    case 'bytes':
    case 'duration':
    case 'frequency':
    case 'rate':
      return shortQuantity(text, type) ?? longQuantity(text, type);
    case 'version':
      return plainVersion.test(text) ? make.version(text) : undefined;
    case 'timestamp':
      return shortMoment(text);
    case 'seconds':
      return shortMoment(text) ?? shortSeconds(text);
    case 'money':
      return shortMoney(text);
    default:
      return undefined;
  }
}

/** What a fact may be that is surely no test. */
const plainVersion = /^(?!(?:not|has|any|unsaid)$)[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.))*$/;
/** A version that is one without a type too; four numbers may be an address. */
const longVersion = /^v?[0-9]+\.[0-9]+\.[0-9](?:[A-Za-z0-9_+-]|\.(?!\.))*$/;
const fourNumbers = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/;
/** Of more digits than a double holds. */
const plainNumber = /^-?[0-9]+(?:\.[0-9]+)?$/;
const plainMoney = /^(-?[0-9]{1,15}(?:\.[0-9]{1,9})?) ([A-Z][A-Z0-9]{2,9})(?:\/([A-Za-z-]+))?$/;
/** What may be a version or a Boolean is left to the grammar. */
export const versionOrBoolean = /^(?:v[0-9]|true$|false$)/i;

/** More digits are left to the grammar: a double holds a whole number of so many exactly. */
const digitsExact = 15;

function shortLiteral(text: string): Literal | Fault | undefined {
  const first = text.charCodeAt(0);
  if (isDigit(first) || first === minus)
    return shortDay(text) ?? shortNumber(text) ?? shortQuantity(text) ?? shortOfDigits(text);
  if (first === quote) return shortQuoted(text);
  if (text === 'true' || text === 'false') return make.boolean(text === 'true');
  if (mayBeginVersionOrBoolean(first) && versionOrBoolean.test(text))
    return longVersion.test(text) ? make.version(text) : undefined;
  if ((isLetter(first) || first === underscore) && isWords(text)) return stringOf(text);
  return bare.test(text) ? make.string(text) : undefined;
}

/** Whether it is a v, t or f. */
function mayBeginVersionOrBoolean(code: number): boolean {
  const small = code | 0x20;
  return small === 0x76 || small === 0x74 || small === 0x66;
}

function shortOfDigits(text: string): Literal | Fault | undefined {
  if (text.charCodeAt(text.length - 1) === percent) return shortPercentage(text);
  if (plainNumber.test(text)) return make.number(text);
  return shortMoment(text) ?? shortVersion(text) ?? shortMoney(text) ?? longQuantity(text);
}

function shortVersion(text: string): Literal | Fault | undefined {
  if (!longVersion.test(text)) return undefined;
  const isAddress = fourNumbers.test(text) && text.split('.').every((octet) => Number(octet) <= mostOctet);
  return isAddress ? stringOf(text) : make.version(text);
}

const mostOctet = 255;

/** What has a hyphen behind four digits is no number, and most often a day. */
function shortDay(text: string): Literal | undefined {
  return text.charCodeAt(4) === minus ? shortMoment(text) : undefined;
}

/** Nothing where there is no such moment. */
function shortMoment(text: string): Literal | undefined {
  const value = momentOf(text);
  return value === undefined ? undefined : { value: { kind: 'timestamp', value }, text };
}

function shortSeconds(text: string): Literal | Fault | undefined {
  return decimalAtStart(text)?.end === text.length ? make.seconds(text) : undefined;
}

function stringOf(text: string): Literal {
  return { value: { kind: 'string', text }, text };
}

const bare = /^[\p{L}_][^,|()"]*$/u;
const typed = /^[^,|()"]+$/;

function shortText(text: string): Literal | undefined {
  if (isWords(text)) return stringOf(text);
  return typed.test(text) ? make.string(text) : shortQuoted(text);
}

/** Whole characters without escapes. */
const plainQuoted = /^"[^"\\\p{Cc}\p{Cs}]*"$/u;

function shortQuoted(text: string): Literal | undefined {
  return plainQuoted.test(text) ? { value: { kind: 'string', text: text.slice(1, -1) }, text } : undefined;
}

/** Whether it is words of these characters with one blank between two of them. */
function isWords(text: string): boolean {
  let before = blank;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === blank ? before === blank : !isInWord(code)) return false;
    before = code;
  }
  return before !== blank;
}

function shortMoney(text: string): Literal | Fault | undefined {
  const [, amount, currency, per] = plainMoney.exec(text) ?? [];
  return amount === undefined || currency === undefined
    ? undefined
    : make.money(amount, currency, per ?? null);
}

function shortNumber(text: string): Literal | undefined {
  const decimal = decimalAtStart(text);
  if (decimal === undefined || decimal.end !== text.length) return undefined;
  return { value: { kind: 'number', value: quotient(decimal, 0) }, text };
}

function shortPercentage(text: string): Literal | undefined {
  const decimal = decimalAtStart(text);
  if (decimal === undefined) return undefined;
  const { end } = decimal;
  const sign = text.charCodeAt(end) === blank ? end + 1 : end;
  if (text.charCodeAt(sign) !== percent || sign !== text.length - 1) return undefined;
  const canonical = sign === end ? `${text.slice(0, end)} %` : text;
  return { value: { kind: 'number', value: quotient(decimal, 2) }, text: canonical };
}

/** Both are exact in a double, so that their quotient is rounded once. There is no negative zero. */
function quotient({ digits, places, isNegative }: DecimalAtStart, further: number): number {
  const size = digits / 10 ** (places + further);
  return isNegative ? 0 - size : size;
}

function shortQuantity(text: string, wanted?: Dimension): Literal | undefined {
  const decimal = decimalAtStart(text);
  if (decimal === undefined) return undefined;
  const { digits, places, end, isNegative } = decimal;
  const begin = text.charCodeAt(end) === blank ? end + 1 : end;
  const name = text.slice(begin);
  const unit = units.get(name);
  if (unit === undefined || (wanted !== undefined && unit.dimension !== wanted)) return undefined;
  const size = measured(digits, places, unit);
  if (size === undefined) return undefined;
  const value = isNegative ? -size : size;
  const canonical = begin === end ? `${text.slice(0, end)} ${name}` : text;
  return { value: { kind: 'quantity', dimension: unit.dimension, value }, text: canonical };
}

/** One part of a quantity, with the blanks behind it. */
const part = /(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)[ \t]*([A-Za-z]+(?:\/s)?)[ \t]*/y;

/** Of more digits than a double holds, with an exponent, or of several parts. */
function longQuantity(text: string, wanted?: Dimension): Literal | Fault | undefined {
  const parts: Measured[] = [];
  for (part.lastIndex = 0; part.lastIndex < text.length; ) {
    const [, number = '', unit = ''] = part.exec(text) ?? [];
    const dimension = units.get(unit)?.dimension;
    if (dimension === undefined || (wanted !== undefined && dimension !== wanted)) return undefined;
    if (parts.length > 0 && number.startsWith('-')) return undefined;
    parts.push({ number, unit });
  }
  return parts.length === 0 ? undefined : make.quantity(parts);
}

/** Where a double holds dividend and divisor exactly, one division rounds once. */
function measured(digits: number, places: number, { mantissa, exponent }: Unit): number | undefined {
  const dividend = digits * mantissa * 10 ** Math.max(exponent, 0);
  return Number.isSafeInteger(dividend) ? dividend / 10 ** (places - Math.min(exponent, 0)) : undefined;
}

interface DecimalAtStart {
  /** The digits as a whole number, of which `places` stand after the point. */
  readonly digits: number;
  readonly places: number;
  readonly isNegative: boolean;
  /** Where what follows begins. */
  readonly end: number;
}

/** The number `-?digits[.digits]` with which a text begins; nothing where it has more digits than a double holds. */
function decimalAtStart(text: string): DecimalAtStart | undefined {
  let digits = 0;
  let count = 0;
  let point = -1;
  const isNegative = text.charCodeAt(0) === minus;
  const begin = isNegative ? 1 : 0;
  let end = begin;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (isDigit(code)) {
      digits = digits * 10 + code - zero;
      count += 1;
    } else if (code === dot && point < 0) point = end;
    else break;
  }
  // Digits stand before and after a point.
  if (count === 0 || count > digitsExact || point === begin || point === end - 1) return undefined;
  return { digits, places: point < 0 ? 0 : end - point - 1, isNegative, end };
}
