import type { Sql } from '../../platform/store/store.ts';
import type { Shortage } from '../capacity/keeper.ts';
import type { DealMoves } from './moves.ts';
import { reasonOf } from './replies.ts';
import { changeDeal, dealByKey, noteOf } from './store.ts';

/**
 * Says in deals that something of what they have is not there any more, or is again. An Offer of which something has gone is
 * taken back, for nothing could be accepted of it. Returns whose deals they are.
 */
export function noteShortages(
  sql: Sql,
  shortages: readonly Shortage[],
  moves: Pick<DealMoves, 'withdraw' | 'refused'>,
  now: number,
): readonly string[] {
  const owners = new Set<string>();
  for (const { deal, short, text } of shortages) {
    const row = dealByKey(sql, deal);
    // What a batch system said last may have been told before.
    if (short && row.short && row.reasonText === text) continue;
    owners.add(row.owner);
    const why = short ? { reasonWord: 'capacity', reasonText: text } : { reasonWord: null, reasonText: null };
    changeDeal(sql, row, row.state === 'active' ? { short, ...why } : { short });
    if (short && row.state === 'accepting') moves.refused(sql, { ...row, short }, text, now);
    else if (short && row.state === 'open')
      moves.withdraw(sql, { ...row, short }, reasonOf('capacity', text), now);
    else noteOf(sql, dealByKey(sql, deal), now, short ? 'short' : 'whole', { text });
  }
  return [...owners];
}
