import { typePhrases } from '../values/phrase.ts';
import type { Value } from '../values/value.ts';
import { rowOf } from '../vocabulary/names.ts';
import type { ClauseType } from '../vocabulary/row.ts';
import { moneyUnit } from './cell.ts';

/** What a value may be: a kind, a dimension, or money by its unit; `money` alone is of any unit. */
export type Kind = string;

/** What a part of an expression may come to, beside UNKNOWN. */
export interface Type {
  /** Of a single value. */
  readonly one: readonly Kind[];
  /** Of the members of a set of two or more. */
  readonly many: readonly Kind[];
}

const dimensions: readonly Kind[] = ['bytes', 'duration', 'frequency', 'rate'];
const every: readonly Kind[] = [
  'string',
  'boolean',
  'number',
  ...dimensions,
  'timestamp',
  'version',
  'money',
];
const numbersOnly: readonly Kind[] = ['number', ...dimensions, 'money'];

const anything: Type = { one: every, many: every };

export function single(...one: readonly Kind[]): Type {
  return { one, many: [] };
}

export function typeOfValue(value: Value): Type {
  if (value.kind === 'quantity') return single(value.dimension);
  return single(value.kind === 'money' ? moneyUnit(value.currency, value.per) : value.kind);
}

/** What the vocabulary says of a name. Amounts, Walltime and Tasks take one value, all else may be a set. */
export function typeOfName(name: string): Type {
  const row = rowOf(name);
  if (row === undefined) return anything;
  const kinds = [kindOf(row.type as ClauseType)];
  const isSingle = row.kind === 'amount' || name === 'walltime' || name === 'tasks';
  return { one: kinds, many: isSingle ? [] : kinds };
}

function kindOf(type: ClauseType): Kind {
  if (type === 'whole') return 'number';
  return type === 'seconds' ? 'timestamp' : type;
}

export function isNothing({ one, many }: Type): boolean {
  return one.length === 0 && many.length === 0;
}

export function union(a: Type, b: Type): Type {
  return { one: joined(a.one, b.one), many: joined(a.many, b.many) };
}

export function joined(a: readonly Kind[], b: readonly Kind[]): readonly Kind[] {
  return [...new Set([...a, ...b])];
}

/** What both may be; of money of any unit and of one the one. */
export function common(a: readonly Kind[], b: readonly Kind[]): readonly Kind[] {
  const ofA = a.filter((kind) => b.includes(kind) || (isMoney(kind) && b.includes('money')));
  const ofB = b.filter((kind) => isMoney(kind) && a.includes('money'));
  return joined(ofA, ofB);
}

/** Numbers, quantities and money: what can be added up. */
export function countable(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.filter((kind) => numbersOnly.includes(kind) || isMoney(kind));
}

/** Money of a unit: a currency begins with a capital, and no other kind does. */
function isMoney(kind: Kind): boolean {
  return kind === 'money' || /^[A-Z]/.test(kind);
}

/** As part of a sentence: 'a text', 'an amount of data', 'money of EUR/h'. */
export function phraseOf({ one, many }: Type): string {
  const kinds = joined(one, many);
  const [kind = ''] = kinds;
  if (kinds.length > 1) return 'a value';
  if (kind === 'boolean') return 'true or false';
  if (isMoney(kind) && kind !== 'money') return `money of ${kind}`;
  const phrase = typePhrases[kind as ClauseType];
  return one.length === 0 ? `a set (of ${phrase})` : phrase;
}
