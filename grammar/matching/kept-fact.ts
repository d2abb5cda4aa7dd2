import { type Memo, ownCopy } from '../memo.ts';
import { type FactOrText, isSaidByText } from '../values/fact-text.ts';
import type { StringValue, Value } from '../values/value.ts';

/** What members of sets were, by their text: sets are many, of few members. */
export type Members = Memo<StringValue>;

/** A fact as a table keeps it, in memory of its own: as a view into a document it would hold on to all of it. */
export function keptFact(fact: FactOrText, members: Members): FactOrText {
  if (typeof fact === 'string') return ownCopy(fact);
  const own = ownCopy(fact.text);
  if (isSaidByText(fact)) return own;
  return { values: fact.values.map((one) => ownValue(one, members)), text: own };
}

function ownValue(value: Value, members: Members): Value {
  if (value.kind !== 'string') return value;
  return members.of('', value.text, (text) => ({ kind: 'string', text }));
}
