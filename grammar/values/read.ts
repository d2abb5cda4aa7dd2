import type { ClauseType } from '../vocabulary/row.ts';
import { type Literals, SyntaxError as PeggySyntaxError, parse } from './generated/values.js';
import { hintOf } from './hint.ts';
import { type Fault, type Literal, make } from './make.ts';
import { valuePhrase } from './phrase.ts';
import { readShort } from './short.ts';
import type { Dimension, Value } from './value.ts';

/** Reads the whole text by rules 1 to 8 of section 4 of the language; nothing where it is no value. */
export function readLiteral(text: string): Value | undefined {
  const read = readValue(undefined, text);
  return 'problem' in read ? undefined : read.value;
}

/** Reads the whole text, which has no blanks around it, as a value of a type, or of any where none is given. */
export function readValue(type: ClauseType | undefined, text: string): Literal | Fault {
  return readShort(type, text) ?? readByRule(type, text);
}

/** The long path, which decides what the short one has to say. */
export function readByRule(type: ClauseType | undefined, text: string): Literal | Fault {
  const read = parsed(rules[type ?? 'any'], text);
  if (read === undefined) return { problem: problemOf(type, text) };
  return 'problem' in read ? read : checked(type, text, read);
}

const rules: Readonly<Record<ClauseType | 'any', keyof Literals>> = {
  any: 'literal',
  string: 'string',
  number: 'wholeNumber',
  whole: 'wholeNumber',
  bytes: 'wholeQuantity',
  duration: 'wholeQuantity',
  frequency: 'wholeQuantity',
  rate: 'wholeQuantity',
  version: 'wholeVersion',
  timestamp: 'wholeTimestamp',
  seconds: 'seconds',
  money: 'wholeMoney',
};

const dimensions: ReadonlySet<ClauseType> = new Set<ClauseType & Dimension>([
  'bytes',
  'duration',
  'frequency',
  'rate',
]);

function parsed(rule: keyof Literals, text: string): Literal | Fault | undefined {
  try {
    return parse(text, { startRule: rule, make });
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    return undefined;
  }
}

function checked(type: ClauseType | undefined, text: string, literal: Literal): Literal | Fault {
  const { value } = literal;
  const mustMeasure = type !== undefined && dimensions.has(type);
  if (mustMeasure && !(value.kind === 'quantity' && value.dimension === type)) {
    return { problem: valuePhrase(value) };
  }
  if (
    type === 'whole' &&
    value.kind === 'number' &&
    !(Number.isSafeInteger(value.value) && value.value >= 0)
  ) {
    return { problem: value.value < 0 ? 'which is below zero' : 'which is no whole number' };
  }
  if (type === undefined && value.kind === 'string' && /^(?:true|false)$/i.test(text)) {
    return { problem: hintOf(text) };
  }
  return literal;
}

/** A value of another kind is said to be that; of what is no value at all it is said why. */
function problemOf(type: ClauseType | undefined, text: string): string {
  const other = type === undefined ? undefined : readValue(undefined, text);
  if (other !== undefined && 'value' in other) return valuePhrase(other.value);
  return type === 'version' ? "and a version is letters, digits and '. _ + -'" : hintOf(text);
}
