import { billLines, nanoOf, type Price, priceOf } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import type { BillView } from '../../protocol/deals/deal.ts';
import { usedOf } from './costs.ts';
import { dealDocument } from './replies.ts';
import type { DealRow } from './rows.ts';

/** The Id of the Bill of an agreement: there is one, which stands as it is so far until it is final. */
export function billId(agreement: string): string {
  return `bill-${agreement}`;
}

/** The price of a deal; undefined where it costs nothing. */
export function priceIn({ price }: Pick<DealRow, 'price'>): Price | undefined {
  if (price === null) return undefined;
  const read = priceOf(price);
  if ('problem' in read) throw new Error(`the price of a deal cannot be read: ${price}`);
  return read;
}

/** What is owed under an agreement so far. */
export function billOf(row: DealRow, to: string | undefined): Written {
  const { agreement, offer, state, currency, charged } = row;
  return dealDocument(
    'Bill',
    to,
    [
      ['Id', billId(agreement ?? offer)],
      ['Agreement', agreement ?? undefined],
      ['State', state],
      ['Total', currency === null ? undefined : `${charged ?? '0.00'} ${currency}`],
    ],
    linesOf(row).map((value) => ({ name: 'Line', value })),
  );
}

export function billViewOf(row: DealRow, now: number): BillView {
  const { agreement, offer, owner, currency, estimate, charged, endedAt } = row;
  return {
    bill: billId(agreement ?? offer),
    agreement: agreement ?? offer,
    owner,
    currency,
    lines: linesOf(row),
    total: charged ?? '0.00',
    estimate,
    isFinal: endedAt !== null,
    at: endedAt ?? now,
  };
}

/** What was not charged in the end, of an estimate that is in escrow, in 10^-9. */
export function leftOf({ estimate, charged }: Pick<DealRow, 'estimate' | 'charged'>): bigint {
  return nanoOf(estimate ?? '0') - nanoOf(charged ?? '0');
}

function linesOf(row: DealRow): string[] {
  const price = priceIn(row);
  return price === undefined ? [] : billLines(price, usedOf(row.used));
}
