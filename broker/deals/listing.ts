import type { Sql } from '../../platform/store/store.ts';
import type { DealPage } from '../../protocol/deals/deal.ts';
import type { DealState } from '../../protocol/deals/states.ts';
import { amendmentView } from './amendment-rows.ts';
import { type DealRow, dealColumns, dealOfRow, type RawDeal } from './rows.ts';
import { dealViewOf } from './views.ts';

/** Which deals are listed. */
export interface Listed {
  /** Of everybody where it is undefined. */
  readonly whose: string | undefined;
  readonly state?: DealState | undefined;
  /** Those before this one. */
  readonly before?: number | undefined;
}

/** Deals, the newest first, and where the next page goes on. */
export function dealPageOf(sql: Sql, listed: Listed, most: number): DealPage {
  const rows = listedDeals(sql, listed, most);
  const last = rows.length < most ? undefined : rows.at(-1);
  const deals = rows.map((row) => dealViewOf(row, amendmentView(sql, row.deal)));
  return { deals, next: last === undefined ? null : String(last.deal) };
}

function listedDeals(sql: Sql, { whose, state, before }: Listed, most: number): DealRow[] {
  const where = [
    ...(whose === undefined ? [] : ['owner = @whose']),
    ...(state === undefined ? [] : ['state = @state']),
    ...(before === undefined ? [] : ['deal < @before']),
  ];
  const rows = sql.all<RawDeal>(
    `SELECT ${dealColumns} FROM deals ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
     ORDER BY deal DESC LIMIT @most`,
    {
      most,
      ...(whose === undefined ? {} : { whose }),
      ...(state === undefined ? {} : { state }),
      ...(before === undefined ? {} : { before }),
    },
  );
  return rows.map(dealOfRow);
}

/** Rows that one step of housekeeping takes. */
const rowsAStep = 500;

/** Forgets some deals that ended long ago, and what was said of them; returns whether there may be more. */
export function forgetDeals(
  sql: Sql,
  { offersBefore, agreementsBefore }: { readonly offersBefore: number; readonly agreementsBefore: number },
): boolean {
  const over = sql.all<{ deal: number }>(
    `SELECT deal FROM deals WHERE ended_at < @offersBefore
       AND (ended_at < @agreementsBefore OR state IN ('declined', 'countered', 'rejected', 'withdrawn', 'lapsed', 'refused'))
     ORDER BY ended_at LIMIT @most`,
    { offersBefore, agreementsBefore, most: rowsAStep },
  );
  const said = sql.run(
    `DELETE FROM deal_documents WHERE (owner, id) IN
       (SELECT deal_documents.owner, id FROM deal_documents LEFT JOIN deals USING (deal)
        WHERE at < @offersBefore AND (deals.deal IS NULL OR ended_at < @offersBefore) LIMIT @most)`,
    { offersBefore, most: rowsAStep },
  );
  for (const { deal } of over) {
    sql.run('DELETE FROM deal_documents WHERE deal = @deal', { deal });
    sql.run('DELETE FROM deals WHERE deal = @deal', { deal });
  }
  return over.length === rowsAStep || said === rowsAStep;
}
