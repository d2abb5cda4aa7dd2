import type { DealView } from '../../protocol/deals/deal.ts';

/** How many deals (a count) a list shows that does not say how many it wants. */
export const usualDeals = 200;

/** The first of those that are wanted, and whether there are more; read no further than that takes. */
export async function newest(
  deals: AsyncIterable<DealView>,
  isWanted: (deal: DealView) => boolean,
  most: number,
): Promise<{ readonly deals: readonly DealView[]; readonly isMore: boolean }> {
  const found: DealView[] = [];
  for await (const deal of deals) {
    if (!isWanted(deal)) continue;
    if (found.length === most) return { deals: found, isMore: true };
    found.push(deal);
  }
  return { deals: found, isMore: false };
}
