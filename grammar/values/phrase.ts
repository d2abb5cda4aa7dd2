import { quoted } from '../diagnostics.ts';
import type { ClauseType } from '../vocabulary/row.ts';
import type { Dimension, Value } from './value.ts';

/** What a header's value has to be. */
export interface Wanted {
  readonly type: ClauseType;
  readonly example: string;
}

/** What is wrong with a value, as what follows the header's name in a sentence. */
export function mismatch(wanted: Wanted | undefined, text: string, problem: string): string {
  if (wanted === undefined) return `has a value that cannot be read: found ${quoted(text)}, ${problem}`;
  return `is ${typePhrases[wanted.type]}, such as '${wanted.example}'; found ${quoted(text)}, ${problem}`;
}

/** What a value of a type is, as the middle of a sentence. */
export const typePhrases: Readonly<Record<ClauseType, string>> = {
  string: 'a text',
  number: 'a number',
  whole: 'a whole number, zero or more',
  bytes: 'an amount of data',
  duration: 'a duration',
  frequency: 'a frequency',
  rate: 'a rate of data',
  version: 'a version',
  timestamp: 'a moment',
  seconds: 'a moment',
  money: 'an amount of money',
};

const quantities: Readonly<Record<Dimension, string>> = {
  bytes: typePhrases.bytes,
  duration: typePhrases.duration,
  frequency: typePhrases.frequency,
  rate: typePhrases.rate,
};

/** What a value is, as the end of a sentence. */
export function valuePhrase(value: Value): string {
  if (value.kind === 'quantity') return quantities[value.dimension];
  if (value.kind === 'boolean') return 'which is true or false';
  return typePhrases[value.kind];
}
