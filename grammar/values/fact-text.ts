import type { ClauseType } from '../vocabulary/row.ts';
import {
  backslash,
  blank,
  dot,
  isDigit,
  isInWord,
  isLetter,
  minus,
  quote,
  underscore,
  zero,
} from './characters.ts';
import type { Fact } from './fact.ts';
import { beginsAsTest } from './read-fact.ts';
import { versionOrBoolean } from './short.ts';
import type { Value } from './value.ts';

/**
 * A fact, or its text alone where that says all of it, which that of a plain number, a string or a set of words mostly
 * does. Nearly every Tell has some such facts for itself, and as objects each takes 120 bytes more.
 */
export type FactOrText = Fact | string;

/** More digits are left to the grammar: a double holds a whole number of so many exactly. */
const digitsExact = 15;

export function factOf(said: FactOrText): Fact;
export function factOf(said: FactOrText | undefined): Fact | undefined;
export function factOf(said: FactOrText | undefined): Fact | undefined {
  if (typeof said !== 'string') return said;
  return { values: isSet(said) ? said.split(separator).map(stringOf) : [literalOf(said)], text: said };
}

/** What stands between the members of a set. */
const separator = ', ';

/** How many values a fact has. */
export function countOf(fact: FactOrText): number {
  if (typeof fact !== 'string') return fact.values.length;
  if (fact.charCodeAt(0) === quote) return 1;
  let count = 1;
  for (let at = fact.indexOf(separator); at >= 0; at = fact.indexOf(separator, at + 1)) count += 1;
  return count;
}

/** Whether a text that says all is that of a set: another with a comma in it has quotes. */
function isSet(text: string): boolean {
  return text.includes(separator) && text.charCodeAt(0) !== quote;
}

function stringOf(text: string): Value {
  return { kind: 'string', text };
}

function literalOf(text: string): Value {
  if (text.charCodeAt(0) === quote) return stringOf(text.slice(1, -1));
  const number = Number(text);
  return Number.isNaN(number) ? stringOf(text) : { kind: 'number', value: number };
}

/** Whether the text of a fact says all of it: that of a string that looks like a number or a set does not. */
export function isSaidByText({ values, text }: Fact): boolean {
  if (isSet(text)) return isSaidBySet(values, text);
  const [value] = values;
  if (values.length !== 1 || value === undefined) return false;
  if (value.kind === 'number') return Object.is(Number(text), value.value);
  if (value.kind !== 'string') return false;
  if (text.charCodeAt(0) === quote) return text.length > 1 && text === `"${value.text}"`;
  return value.text === text && Number.isNaN(Number(text));
}

function isSaidBySet(values: readonly Value[], text: string): boolean {
  const members = text.split(separator);
  return (
    members.length === values.length &&
    values.every((value, index) => value.kind === 'string' && value.text === members[index])
  );
}

/**
 * Whether a fact of this type, as it is written, is surely a number, a string, or a set of words, in canonical text that
 * alone says which.
 * It is a short path of a short path: a property test holds it to what `readFact` says.
 */
export function saysAll(type: ClauseType | undefined, text: string): boolean {
  const first = text.charCodeAt(0);
  if (isDigit(first) || first === minus) {
    return (type === undefined || type === 'number') && isPlainNumber(text);
  }
  if (type !== undefined && type !== 'string') return false;
  if (first === quote) return isPlainQuoted(text);
  return text.includes(',') ? areAllPlainWords(text) : isPlainWords(text);
}

/** Whether each member of a set is. */
function areAllPlainWords(text: string): boolean {
  let from = 0;
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
    if (!isPlainWords(text, from, at)) return false;
    from = at + separator.length;
  }
  return isPlainWords(text, from);
}

/** Digits with perhaps a point between them and a minus before; there is no negative zero. */
function isPlainNumber(text: string): boolean {
  const isNegative = text.charCodeAt(0) === minus;
  const begin = isNegative ? 1 : 0;
  const { length } = text;
  let [point, isZero] = [-1, true];
  if (length - begin > digitsExact) return false; // which leaves room for the point
  for (let at = begin; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot && point < 0) point = at;
    else if (!isDigit(code)) return false;
    else if (code !== zero) isZero = false;
  }
  return length > begin && point !== begin && point !== length - 1 && !(isNegative && isZero);
}

/**
 * Whether a text is surely one string without a type too, in canonical text: words of letters, digits and `+ - . / : _` that
 * are no version, no Boolean, no test and no range.
 */
export function isPlainWords(text: string, from = 0, until = text.length): boolean {
  const first = text.charCodeAt(from);
  if (!isLetter(first) && first !== underscore) return false;
  let before = first;
  for (let at = from + 1; at < until; at += 1) {
    const code = text.charCodeAt(at);
    if (code === blank || code === dot ? code === before : !isInWord(code)) return false;
    before = code;
  }
  if (before === blank) return false;
  return !firstOfOther.includes(text.charAt(from)) || isNoOther(text.slice(from, until));
}

/** With what words begin that may be something else than a string. */
const firstOfOther = 'vtfVTFInhau';

function isNoOther(words: string): boolean {
  return words !== 'Infinity' && !versionOrBoolean.test(words) && !beginsAsTest(words);
}

/** Visible characters of ASCII in quotes, without escapes. */
function isPlainQuoted(text: string): boolean {
  const last = text.length - 1;
  if (last < 1 || text.charCodeAt(last) !== quote) return false;
  for (let at = 1; at < last; at += 1) {
    const code = text.charCodeAt(at);
    if (code < blank || code > 0x7e || code === quote || code === backslash) return false;
  }
  return true;
}
