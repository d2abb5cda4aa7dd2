import { quoted } from '../diagnostics.ts';
import { labelOf } from '../documents/label.ts';
import type { Party } from '../documents/model.ts';
import type { Expression } from '../expressions/index.ts';
import type { Check, Finding } from './finding.ts';

/**
 * A number or a text where `and` or `or` takes TRUE or FALSE, and which is UNKNOWN there: such an `and` is never TRUE, and such
 * an `or` is never FALSE.
 */
export const checkOperands: Check = ({ headers, party }) => {
  if (party === undefined || !isAnyUnsound(party)) return [];
  const unsound = expressionsOf(party).filter(isUnsound);
  return headers.flatMap(({ name, value }, header): Finding[] => {
    const { row, spelled } = labelOf(name);
    if (row?.type !== 'expression') return [];
    // Those of one text may have been sent with other blanks, each with its own.
    const place = unsound.findIndex(({ text }) => text === value);
    const [expression] = place < 0 ? [] : unsound.splice(place, 1);
    return expression === undefined ? [] : findingsIn(expression, spelled, header);
  });
};

function isUnsound({ noTruths }: Expression): boolean {
  return noTruths.length > 0;
}

function isAnyUnsound({ requires, prefers, rank }: Party): boolean {
  for (const { expression } of requires) if (isUnsound(expression)) return true;
  for (const { expression } of prefers) if (isUnsound(expression)) return true;
  return rank !== undefined && isUnsound(rank);
}

function expressionsOf({ requires, prefers, rank }: Party): readonly Expression[] {
  const conditions = [...requires, ...prefers].map(({ expression }) => expression);
  return rank === undefined ? conditions : [...conditions, rank];
}

function findingsIn({ noTruths }: Expression, spelled: string, header: number): Finding[] {
  return noTruths.map(({ text, phrase, operator, within, at }) => {
    const never = `${quoted(within)} can never be ${operator === 'and' ? 'TRUE' : 'FALSE'}`;
    const message = `${spelled} has ${quoted(text)}, ${phrase}, where true or false must stand: ${never}`;
    return { code: 'no-condition', message, header, at };
  });
}
