import { nanoOf } from '../../grammar/index.ts';
import type { DealView } from '../../protocol/deals/deal.ts';
import { reasonWords } from '../../protocol/decline-words.ts';
import { becauseDeclined } from '../../protocol/why/declines.ts';
import type { Cause } from '../../protocol/why/situation.ts';
import { because } from '../../protocol/why/situations.ts';
import { cutText, momentText } from '../../protocol/why/texts.ts';
import type { WhyView } from '../../protocol/why/view.ts';

/** Why a deal stands where it does; `now` in milliseconds since 1970. */
export function whyDeal(id: string, deal: DealView, now: number): WhyView {
  return { id, of: 'deal', state: deal.state, causes: causesOf(deal, now) };
}

function causesOf(deal: DealView, now: number): Cause[] {
  const { offer, state, count } = deal;
  const agreement = deal.agreement ?? offer;
  const text = textOf(deal);
  const until = momentText(deal.expiresAt ?? deal.untilAt ?? now);
  switch (state) {
    case 'open':
      return [because('deal-open', { offer, until })];
    case 'declined':
      return [becauseDeclined(reasonWords.find((word) => word === deal.reason?.word) ?? 'policy', text)];
    case 'countered':
      return [because('deal-countered', { offer })];
    case 'rejected':
      return [because('deal-rejected', { offer })];
    case 'withdrawn':
      return [because('deal-withdrawn', { offer, text })];
    case 'lapsed':
      return [because('deal-lapsed', { offer, until })];
    case 'accepting':
      return [because('deal-accepting', { offer, count, start: momentText(deal.startsAt ?? now) })];
    case 'refused':
      return [because('deal-refused', { offer, text })];
    case 'active':
      return causesOfActive(deal, agreement, now);
    case 'ending':
      return [because('agreement-ending', { agreement })];
    case 'completed':
      return [because('agreement-over', { agreement, state, text: howCompleted(deal) })];
    case 'terminated':
      return [because('agreement-over', { agreement, state, text })];
  }
}

function textOf({ reason }: DealView): string {
  return cutText(reason?.text ?? 'no reason is told');
}

/** Nobody gives a reason for that. */
function howCompleted({ untilAt, endedAt }: DealView): string {
  const hasRunOut = untilAt !== null && endedAt !== null && endedAt >= untilAt;
  return hasRunOut ? `its Until, ${momentText(untilAt)}, has passed` : 'its user completed it';
}

/** What of an agreement that stands waits for somebody, or keeps tasks from starting: the worst first. */
function causesOfActive(deal: DealView, agreement: string, now: number): Cause[] {
  const { count, startsAt, untilAt, amendment, estimate, charged } = deal;
  const causes: Cause[] = [];
  if (deal.short) causes.push(because('agreement-short', { agreement, count, text: textOf(deal) }));
  if (estimate !== null && charged !== null && isUsedUp(deal, nanoOf(estimate), nanoOf(charged)))
    causes.push(because('agreement-used-up', { agreement, charged, estimate }));
  if (startsAt !== null && now < startsAt)
    causes.push(because('agreement-starts', { agreement, start: momentText(startsAt) }));
  if (amendment !== null) {
    const { id, by, expiresAt } = amendment;
    const said = { agreement, amendment: id, by, until: momentText(expiresAt) };
    causes.push(because('agreement-amends', said));
  }
  const until = untilAt === null ? 'one side ends it' : momentText(untilAt);
  return causes.length > 0 ? causes : [because('agreement-active', { agreement, until })];
}

/** A task is ended a moment before it would pass the Estimate: so a little is left of one that is used up. */
function isUsedUp({ terms, count }: DealView, estimate: bigint, charged: bigint): boolean {
  const said = terms.find(({ name }) => name === 'Tasks')?.value;
  const tasks = BigInt(said !== undefined && /^\d{1,9}$/.test(said) ? said : count);
  return estimate > 0n && (estimate - charged) * tasks < estimate;
}
