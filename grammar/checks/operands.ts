import { quoted } from '../diagnostics.ts';
import { labelOf } from '../documents/label.ts';
import type { Condition, Party } from '../documents/model.ts';
import { type Expression, operandsOfNoTruth } from '../expressions/index.ts';
import { Memo, type MemoBounds } from '../memo.ts';
import type { Check, Finding } from './finding.ts';

/** Expressions that documents go on using: some thousand. */
const memoBounds: MemoBounds = { characters: 128 * 1024, longest: 256 };

/**
 * A number or a text where `and` or `or` takes TRUE or FALSE, and which is UNKNOWN there: such an `and` is never TRUE, and such
 * an `or` is never FALSE.
 */
export function newOperandsCheck(): Check {
  const memo = new Memo<{ readonly isSound: boolean }>(memoBounds);
  const isSound = ({ text, root }: Expression) =>
    memo.of('', text, () => ({ isSound: operandsOfNoTruth(root).length === 0 })).isSound;
  return ({ headers, party }) => {
    const unsound = party === undefined ? [] : expressionsOf(party).filter((one) => !isSound(one));
    if (unsound.length === 0) return [];
    return headers.flatMap(({ name, value }, header): Finding[] => {
      const { row, spelled } = labelOf(name);
      if (row?.type !== 'expression') return [];
      // Those of one text may have been sent with other blanks, each with its own.
      const place = unsound.findIndex(({ text }) => text === value);
      const [expression] = place < 0 ? [] : unsound.splice(place, 1);
      return expression === undefined ? [] : findingsIn(expression, spelled, header);
    });
  };
}

const none: readonly Expression[] = [];

function expressionsOf({ requires, prefers, rank }: Party): readonly Expression[] {
  if (requires.length + prefers.length === 0) return rank === undefined ? none : [rank];
  const conditions = [...requires, ...prefers].map(({ expression }: Condition) => expression);
  return rank === undefined ? conditions : [...conditions, rank];
}

function findingsIn({ root }: Expression, spelled: string, header: number): Finding[] {
  return operandsOfNoTruth(root).map(({ text, phrase, operator, within, at }) => {
    const never = `${quoted(within)} can never be ${operator === 'and' ? 'TRUE' : 'FALSE'}`;
    const message = `${spelled} has ${quoted(text)}, ${phrase}, where true or false must stand: ${never}`;
    return { code: 'no-condition', message, header, at };
  });
}
