import { blank, dot, isInWord, isLetter, quote, underscore } from './characters.ts';
import type { Fact } from './fact.ts';
import { beginsAsTest } from './read-fact.ts';
import { versionOrBoolean } from './short.ts';
import type { Value } from './value.ts';

/**
 * A fact, or its text alone where that says all of it, which that of a plain number, a string or a set of words mostly
 * does. Nearly every Tell has some such facts for itself, and as objects each takes 120 bytes more.
 */
export type FactOrText = Fact | string;

export function factOf(said: FactOrText): Fact;
export function factOf(said: FactOrText | undefined): Fact | undefined;
export function factOf(said: FactOrText | undefined): Fact | undefined {
  if (typeof said !== 'string') return said;
  return { values: isSet(said) ? said.split(separator).map(stringOf) : [literalOf(said)], text: said };
}

/** What stands between the members of a set. */
const separator = ', ';

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
