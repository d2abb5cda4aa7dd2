import type { Need } from '../documents/model.ts';
import type { Test } from '../tests/test.ts';
import type { Fact } from '../values/fact.ts';
import type { Dimension, NumberValue, QuantityValue, Value } from '../values/value.ts';

/** A number without a dimension, or one that measures something. */
export type Unit = 'number' | Dimension;

export interface Size {
  readonly unit: Unit;
  readonly value: number;
}

/** What a value is to another. */
export type Operator = '==' | '<' | '<=' | '>' | '>=';

/** How a value is compared with a number of some unit. */
export interface Comparing {
  readonly unit: Unit;
  readonly operator: Operator;
}

/** What many Asks want alike, each with a number of its own: the number's other side is what a Tell says of a name. */
export interface Sizing extends Comparing {
  readonly name: string;
  /** Whether it is of an amount, of which the first value counts. */
  readonly isNeed: boolean;
}

/** The number of a fact that is one number. */
export function sizeOf({ values }: Fact): Size | undefined {
  const [value] = values;
  return values.length === 1 && value !== undefined ? sizeOfValue(value) : undefined;
}

function sizeOfValue(value: Value): Size | undefined {
  if (value.kind === 'number') return { unit: 'number', value: value.value };
  return value.kind === 'quantity' ? { unit: value.dimension, value: value.value } : undefined;
}

/** A fact that is one number, without its text. */
export function factOf({ unit, value }: Size): Fact {
  const number: NumberValue | QuantityValue =
    unit === 'number' ? { kind: 'number', value } : { kind: 'quantity', dimension: unit, value };
  return { values: [number], text: '' };
}

/** What a test compares with; undefined where it is more than one comparison with a number. */
export function comparingOf(test: Test): (Comparing & Size) | undefined {
  if (test.kind !== 'compare' || test.operator === '!=') return undefined;
  const size = sizeOfValue(test.value);
  return size && { ...size, operator: test.operator === '=' ? '==' : test.operator };
}

export function comparingOfNeed({ dimension, from, exact }: Need): Comparing & Size {
  return { unit: dimension ?? 'number', value: from, operator: exact ? '==' : '>=' };
}

/** What a Tell says that is compared: one of these must pass. */
export function comparedOf({ unit, isNeed }: Sizing, fact: Fact | undefined): readonly number[] {
  const compared: number[] = [];
  if (fact === undefined) return compared;
  for (const value of fact.values) {
    const size = sizeOfValue(value);
    if (size !== undefined && (size.unit === unit || (isNeed && size.unit === 'number')))
      compared.push(size.value);
    if (isNeed) break;
  }
  return compared;
}
