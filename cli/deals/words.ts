import type { BillView, DealView } from '../../protocol/deals/deal.ts';
import { moment } from '../jobs/words.ts';

/** Columns of deals, and what stands in them. */
const columns: readonly (readonly [string, (deal: DealView) => string])[] = [
  ['STATE', ({ state, short }) => (short ? `${state}, short` : state)],
  ['APPLICATION', ({ application }) => application ?? '-'],
  ['SLOTS', ({ count }) => `${count}`],
  ['ESTIMATE', ({ estimate, currency }) => money(estimate, currency)],
];

/** A table of Offers. */
export function offerRows(deals: readonly DealView[]): string[][] {
  const more = [
    ...columns,
    ['EXPIRES', ({ state, expiresAt }: DealView) => moment(state === 'open' ? expiresAt : null)],
  ] as const;
  return rowsOf('OFFER', ({ offer }) => offer, more, deals);
}

/** A table of agreements. */
export function agreementRows(deals: readonly DealView[]): string[][] {
  const more = [
    ...columns,
    ['CHARGED', ({ charged, currency }: DealView) => money(charged, currency)],
    ['UNTIL', ({ endedAt, untilAt }: DealView) => moment(endedAt ?? untilAt)],
  ] as const;
  return rowsOf('AGREEMENT', ({ agreement }) => agreement ?? '-', more, deals);
}

function rowsOf(
  name: string,
  id: (deal: DealView) => string,
  more: readonly (readonly [string, (deal: DealView) => string])[],
  deals: readonly DealView[],
): string[][] {
  return [
    [name, ...more.map(([head]) => head)],
    ...deals.map((deal) => [id(deal), ...more.map(([, of]) => of(deal))]),
  ];
}

/** How a deal stands, its terms, where it is and what it costs, a line each. */
export function dealLines(deal: DealView): string[] {
  const { offer, agreement, state, ask, terms, slots, currency, estimate, charged, held, amendment, reason } =
    deal;
  const lines = [
    `${agreement ?? offer} ${state}${reason === null ? '' : ` (${reason.word} ${reason.text})`}`,
  ];
  const say = (what: string, text: string | null) => {
    if (text !== null) lines.push(`  ${what.padEnd(12)}${text}`);
  };
  if (agreement !== null) say('offer', offer);
  say('ask', ask);
  for (const { name, value } of terms) say('term', `${name}: ${value}`);
  for (const { resource, slots: count } of slots)
    say('on', `${resource}: ${count} ${count === 1 ? 'slot' : 'slots'}`);
  if (deal.short) say('short', 'a node left, and what is reserved is no more there as a whole');
  say('reservation', deal.reservation);
  if (state === 'open' && deal.expiresAt !== null) say('expires', moment(deal.expiresAt));
  if (agreement !== null) {
    if (deal.untilAt !== null) say('until', moment(deal.untilAt));
    say(
      'charged',
      `${money(charged ?? '0', currency)}${estimate === null ? '' : ` of at most ${money(estimate, currency)}`}`,
    );
    if (held !== null) say('held', money(held, currency));
  }
  if (amendment !== null) {
    say(
      'amendment',
      `${amendment.id}, by ${amendment.by === 'user' ? 'you' : 'the broker'}, until ${moment(amendment.expiresAt)}`,
    );
    for (const { name, value } of amendment.terms) say('would be', `${name}: ${value}`);
    if (amendment.estimate !== null) say('would cost', `at most ${money(amendment.estimate, currency)}`);
  }
  if (deal.endedAt !== null) say('ended', moment(deal.endedAt));
  return lines;
}

/** A Bill: each charge, and what they come to. */
export function billLines({
  bill,
  agreement,
  lines,
  total,
  currency,
  estimate,
  isFinal,
}: BillView): string[] {
  const most = estimate === null ? '' : ` of at most ${money(estimate, currency)}`;
  return [
    `${bill} of ${agreement}${isFinal ? '' : ', so far'}`,
    ...lines.map((line) => `  ${line}`),
    `  total ${money(total, currency)}${most}`,
  ];
}

/** An amount of a currency; one that has none costs nothing. */
function money(amount: string | null, currency: string | null): string {
  if (currency === null) return 'free';
  return amount === null ? '-' : `${amount} ${currency}`;
}
