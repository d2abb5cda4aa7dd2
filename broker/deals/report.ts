import { type Header, usedLines } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { AmendmentView } from '../../protocol/deals/deal.ts';
import { cutText } from '../../protocol/why/texts.ts';
import type { WhyView } from '../../protocol/why/view.ts';
import { usedOf } from './costs.ts';
import { dealDocument, momentText } from './replies.ts';
import type { DealRow } from './rows.ts';

/** How a deal stands, as a Report says it: when it lapses or ends, what was used, what it costs, and what is open. */
export function reportOf(row: DealRow, amendment: AmendmentView | null, to: string): Written {
  const { offer, agreement, state, expiresAt, untilAt, currency, estimate, charged, cursor } = row;
  const money = (amount: string | null) =>
    amount === null || currency === null ? undefined : `${amount} ${currency}`;
  const notes = notesOf(row, amendment);
  const used = usedLines(usedOf(row.used)).map((value): Header => ({ name: 'Used', value }));
  return dealDocument(
    'Report',
    to,
    [
      ['Id', `report-${offer}-${cursor}`],
      ['Agreement', agreement ?? undefined],
      ['Offer', offer],
      ['State', state],
      ['Until', momentOf(state === 'open' ? expiresAt : agreement === null ? null : untilAt)],
      ['Estimate', money(estimate)],
      ['Total', agreement === null ? undefined : money(charged ?? '0.00')],
    ],
    [...used, ...notes],
  );
}

function notesOf({ short, reasonWord, reasonText }: DealRow, amendment: AmendmentView | null): Header[] {
  const notes: string[] = [];
  if (reasonWord !== null) notes.push(cutText(`${reasonWord} ${reasonText ?? ''}`.trim()));
  if (short) notes.push('not all that is reserved is there');
  if (amendment !== null)
    notes.push(
      `Amend ${amendment.id} of the ${amendment.by} is open until ${momentText(amendment.expiresAt)}`,
    );
  return notes.map((value) => ({ name: 'Note', value }));
}

/** Why a deal stands as it does, as the answer to a Why says it. */
export function becauseOf(row: DealRow, { causes }: WhyView, to: string | undefined): Written {
  const notes = causes.map(({ cause, next }): Header => {
    return { name: 'Note', value: `${cause}; ${next}` };
  });
  return dealDocument(
    'Because',
    to,
    [
      ['Agreement', row.agreement ?? undefined],
      ['Offer', row.offer],
      ['State', row.state],
    ],
    notes,
  );
}

function momentOf(at: number | null): string | undefined {
  return at === null ? undefined : momentText(at);
}
