import type { Document1 } from '../../grammar/index.ts';
import type { Written } from '../../language-door/reply.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Scope } from '../../protocol/identities.ts';
import type { UserCaller } from '../caller.ts';
import { whyDeal } from '../why/deals.ts';
import { amendmentView } from './amendment-rows.ts';
import { billOf } from './bill.ts';
import { declines } from './replies.ts';
import { becauseOf, reportOf } from './report.ts';
import type { DealRow } from './rows.ts';
import { dealOf, namedBy, type Sent } from './said-once.ts';
import { findDeal } from './store.ts';
import { dealViewOf } from './views.ts';

/** What changes nothing for anybody. */
const reading: ReadonlySet<Document1['action']> = new Set(['Report', 'Bill', 'Why', 'Watch', 'Unwatch']);

/** The scope that a token lacks for a document. */
export function lacking({ action }: Document1, { isAdministrator, scopes }: UserCaller): Scope | undefined {
  const wanted = reading.has(action) ? 'read' : 'submit';
  return isAdministrator || scopes.has(wanted) ? undefined : wanted;
}

/** The deal of an Id, as far as somebody may see it. Throws a Refusal `not-found`, also where it is another's. */
export function seenDeal(sql: Sql, { owner, isAdministrator }: UserCaller, id: string): DealRow {
  const row = findDeal(sql, isAdministrator ? undefined : owner, id);
  if (row !== undefined) return row;
  const detail = `there is no offer or agreement '${id.slice(0, 128)}' of yours`;
  throw new Refusal(failure('not-found', detail, 'see yours with ogm offer list and ogm agreement list'));
}

/** The agreement of an Id, from when it stands. Throws as {@link seenDeal}. */
export function seenAgreement(sql: Sql, user: UserCaller, id: string): DealRow {
  const row = seenDeal(sql, user, id);
  if (row.agreement !== null && row.state !== 'accepting' && row.state !== 'refused') return row;
  throw new Refusal(failure('not-found', `there is no agreement of '${id.slice(0, 128)}'`));
}

/** How a deal stands, or what is owed under it, in answer to a Report or a Bill. */
export function standing(sql: Sql, { document, id, user }: Sent): Written {
  const row = dealOf(sql, document, user);
  if (row === undefined) return declines(id, 'not-found', `there is no deal ${namedBy(document)} of yours`);
  if (document.action === 'Report') return reportOf(row, amendmentView(sql, row.deal), id);
  if (row.agreement !== null) return billOf(row, id);
  return declines(id, 'too-late', 'there is no agreement of it', { offer: row.offer, state: row.state });
}

/** Why the deal of an Id stands as it does; `now` in milliseconds since 1970. */
export function whyStanding(sql: Sql, { id: to, user }: Sent, id: string, now: number): Written {
  const row = findDeal(sql, user.isAdministrator ? undefined : user.owner, id);
  if (row === undefined) return declines(to, 'not-found', `there is no deal ${id.slice(0, 128)} of yours`);
  return becauseOf(row, whyDeal(id, dealViewOf(row, amendmentView(sql, row.deal)), now), to);
}
