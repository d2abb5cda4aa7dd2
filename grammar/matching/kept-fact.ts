import { type Memo, ownCopy } from '../memo.ts';
import type { Fact } from '../values/fact.ts';
import type { StringValue, Value } from '../values/value.ts';

/**
 * A fact as a table keeps it: where the text says all of it, which that of one plain number or string mostly does, the
 * text alone. Nearly every Tell has some such facts for itself, and as objects each takes 120 bytes more.
 */
export type KeptFact = Fact | string;

/** What members of sets were, by their text: sets are many, of few members. */
export type Members = Memo<StringValue>;

/** A fact as it is kept, in memory of its own: as a view into a document it would hold on to all of it. */
export function keptFact({ values, text }: Fact, members: Members): KeptFact {
  const own = ownCopy(text);
  const [value] = values;
  if (values.length === 1 && value !== undefined && isSaidBy(own, value)) return own;
  return { values: values.map((one) => ownValue(one, members)), text: own };
}

export function factOf(kept: KeptFact): Fact;
export function factOf(kept: KeptFact | undefined): Fact | undefined;
export function factOf(kept: KeptFact | undefined): Fact | undefined {
  if (typeof kept !== 'string') return kept;
  const number = Number(kept);
  const value: Value = Number.isNaN(number)
    ? { kind: 'string', text: kept }
    : { kind: 'number', value: number };
  return { values: [value], text: kept };
}

/** Whether a text alone says that it is this value: a string that looks like a number does not. */
function isSaidBy(text: string, value: Value): boolean {
  if (value.kind === 'number') return Object.is(Number(text), value.value);
  return value.kind === 'string' && value.text === text && Number.isNaN(Number(text));
}

function ownValue(value: Value, members: Members): Value {
  if (value.kind !== 'string') return value;
  return members.of('', value.text, (text) => ({ kind: 'string', text }));
}
