import { nanoText } from '../../grammar/index.ts';
import type { AmendmentView, DealView } from '../../protocol/deals/deal.ts';
import { resourceOf } from '../agents/agent-names.ts';
import { leftOf } from './bill.ts';
import type { DealRow } from './rows.ts';

/** A deal as its owner sees it. */
export function dealViewOf(row: DealRow, amendment: AmendmentView | null): DealView {
  const { offer, agreement, owner, state, application, terms, price, currency, estimate } = row;
  const isOver = row.endedAt !== null;
  return {
    ...{ offer, agreement, owner, state, application, price, currency, estimate },
    ask: row.askId,
    terms: terms.map(({ name, value }) => ({ name, value })),
    count: row.slots,
    slots: isOver ? [] : slotsOf(row),
    charged: agreement === null || currency === null ? null : (row.charged ?? '0.00'),
    held: agreement === null || currency === null || isOver ? null : nanoText(leftOf(row)),
    startsAt: row.startsAt,
    deadlineAt: row.deadlineAt,
    untilAt: row.untilAt,
    expiresAt: row.expiresAt,
    short: row.short,
    reason: row.reasonWord === null ? null : { word: row.reasonWord, text: row.reasonText ?? '' },
    reservation: row.reservation,
    amendment,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
    cursor: row.cursor,
  };
}

/** Resources, each once, however many agents it has. */
function slotsOf({ places }: DealRow): DealView['slots'] {
  const slots = new Map<string, number>();
  for (const [agent, count] of places) {
    const resource = resourceOf(agent);
    slots.set(resource, (slots.get(resource) ?? 0) + count);
  }
  return [...slots].map(([resource, count]) => ({ resource, slots: count }));
}
