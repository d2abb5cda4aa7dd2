import type { ClauseType } from '../vocabulary/row.ts';
import {
  backslash,
  bar,
  blank,
  comma,
  dot,
  isDigit,
  isInWord,
  isLetter,
  minus,
  quote,
  underscore,
  zero,
} from './characters.ts';

/** More digits are left to the grammar: a double holds a whole number of so many exactly. */
const digitsExact = 15;

/**
 * How many values a fact of this type has that is written in these bytes of ASCII, all visible or blanks and none of the
 * latter at an end, where it is surely a number, a string, or a set of words, in canonical text that alone says which; 0
 * where that is not sure. It is a short path of a short path: a property test holds it to what `readFact` says.
 */
export function plainValues(
  type: ClauseType | undefined,
  bytes: Uint8Array,
  from: number,
  until: number,
): number {
  const first = bytes[from] as number;
  if (isDigit(first) || first === minus) {
    return (type === undefined || type === 'number') && isPlainNumber(bytes, from, until) ? 1 : 0;
  }
  if (type !== undefined && type !== 'string') return 0;
  if (first === quote) return isPlainQuoted(bytes, from, until) ? 1 : 0;
  return plainWords(bytes, from, until, comma);
}

/** Digits with perhaps a point between them and a minus before; there is no negative zero. */
export function isPlainNumber(bytes: Uint8Array, from: number, until: number): boolean {
  const isNegative = bytes[from] === minus;
  const begin = isNegative ? from + 1 : from;
  let [point, isZero] = [-1, true];
  if (until - begin > digitsExact) return false; // which leaves room for the point
  for (let at = begin; at < until; at += 1) {
    const code = bytes[at] as number;
    if (code === dot && point < 0) point = at;
    else if (!isDigit(code)) return false;
    else if (code !== zero) isZero = false;
  }
  return until > begin && point !== begin && point !== until - 1 && !(isNegative && isZero);
}

/** In quotes, without escapes. */
function isPlainQuoted(bytes: Uint8Array, from: number, until: number): boolean {
  const last = until - 1;
  if (last <= from || bytes[last] !== quote) return false;
  for (let at = from + 1; at < last; at += 1) {
    const code = bytes[at];
    if (code === quote || code === backslash) return false;
  }
  return true;
}

/**
 * How many members a set or a list of words has, one among them that is surely a string by itself; 0 where one is not.
 * `separator` stands between two of them: a comma and a blank, or a bar between two blanks.
 */
export function plainWords(bytes: Uint8Array, from: number, until: number, separator: number): number {
  let count = 0;
  for (let at = from; at < until; ) {
    const end = wordsEnd(bytes, at, until, separator);
    if (end < 0) return 0;
    count += 1;
    if (end === until) return count;
    if (bytes[end + 1] !== blank) return 0;
    at = end + 2;
  }
  return 0;
}

/**
 * Where words of letters, digits and `+ - . / : _` end that are no version, no Boolean, no test and no range: at a separator
 * or with the text; -1 where they may be one of these, or something else stands there.
 */
function wordsEnd(bytes: Uint8Array, from: number, until: number, separator: number): number {
  const first = bytes[from] as number;
  if (!isLetter(first) && first !== underscore) return -1;
  let before = first;
  let end = from + 1;
  for (; end < until; end += 1) {
    const code = bytes[end] as number;
    if (code === separator) break;
    if (code === blank || code === dot ? code === before : !isInWord(code)) return -1;
    before = code;
  }
  const hasBlank = separator === bar && end < until;
  if ((before === blank) !== hasBlank) return -1;
  return mayBeOther(bytes, from, hasBlank ? end - 1 : end) ? -1 : end;
}

/** Words with which something else may begin than a string, in small letters. */
const others = ['true', 'false', 'infinity', 'not', 'has', 'any', 'unsaid'].map((word) =>
  new TextEncoder().encode(word),
);
const small = 0x20;
const smallV = 0x76;

/** Whether words may be a version or a Boolean, a number or a test. */
function mayBeOther(bytes: Uint8Array, from: number, end: number): boolean {
  const first = (bytes[from] as number) | small;
  if (first === smallV) return isDigit(bytes[from + 1] as number);
  for (const word of others) {
    if (word[0] === first && beginsWith(bytes, from, end, word)) return true;
  }
  return false;
}

/** Whether a word is this one, however its letters are written. */
function beginsWith(bytes: Uint8Array, from: number, end: number, word: Uint8Array): boolean {
  const after = from + word.length;
  if (after > end || (after < end && bytes[after] !== blank)) return false;
  for (let at = 0; at < word.length; at += 1)
    if (((bytes[from + at] as number) | small) !== word[at]) return false;
  return true;
}
