import type { Work } from '../../broker/index.ts';
import type { Row, Sql, SqlValue, Store } from '../../platform/store/store.ts';

/** Rows by table. */
export type DealRows = Readonly<Record<string, readonly Row[]>>;

/** Deals that are put into a store in one commit. */
const dealsACommit = 1_000;

/** What stands already: of each deal the rows that a real one has left, under names of its own. */
export interface Standing {
  readonly work: Work;
  readonly store: Store;
  /** Of one deal that was made. */
  readonly rows: DealRows;
  readonly count: number;
  readonly ownerOf: (deal: number) => string;
  readonly agentOf: (deal: number) => string;
}

/**
 * Has so many agreements stand open without making each of them: a broker would take half an hour for a hundred thousand.
 * Rows, escrows and what is held are those of a deal that was made, by the same tables, triggers and ledger.
 */
export async function standDeals({ work, store, rows, count, ownerOf, agentOf }: Standing): Promise<void> {
  for (let from = 0; from < count; from += dealsACommit)
    await store.write((sql) => {
      for (let at = from; at < Math.min(count, from + dealsACommit); at += 1)
        standOne(sql, work, rows, { at, owner: ownerOf(at), agent: agentOf(at) });
    });
  await store.read((sql) => work.room.keeper.mirror.load(sql));
}

interface One {
  readonly at: number;
  readonly owner: string;
  readonly agent: string;
}

function standOne(sql: Sql, work: Work, rows: DealRows, { at, owner, agent }: One): void {
  const [like, held] = [rows.deals?.[0], rows.holds?.[0]];
  if (like === undefined || held === undefined) throw new Error('there is no deal to go by');
  const { deal: _deal, state: _state, verb: _verb, agreement: _agreement, ...same } = like;
  const [offer, agreement, currency] = [`off-standing-${at}`, `agr-standing-${at}`, `${same.currency}`];
  const places = JSON.stringify([[agent, 1]]);
  const begun = { ...same, offer, owner, places, state: 'open', negotiation: null };
  const deal = insert(sql, 'deals', begun);
  const accept = `UPDATE deals SET state = 'active', verb = 'Accept', agreement = @agreement, negotiation = @deal
    WHERE deal = @deal`;
  sql.run(accept, { deal, agreement });
  insert(sql, 'holds', { ...held, deal, agent, agreement });
  for (const [index, said] of (rows.deal_documents ?? []).entries())
    insert(sql, 'deal_documents', { ...said, owner, id: `standing-${at}-${index}`, deal });
  for (const event of rows.deal_events ?? []) {
    const { cursor: _cursor, ...noted } = event;
    insert(sql, 'deal_events', { ...noted, deal, owner, offer, agreement });
  }
  const [escrow] = rows.transfers ?? [];
  if (escrow === undefined) throw new Error('nothing is in escrow');
  const amount = BigInt(`${escrow.whole}`) * 1_000_000_000n + BigInt(`${escrow.nano}`);
  work.ledger.hold(sql, { agreement, owner, currency }, amount, agreement);
}

function insert(sql: Sql, table: string, row: Row): number {
  const columns = Object.keys(row);
  const marks = columns.map((name) => `@${name}`).join(', ');
  const values: Record<string, SqlValue> = row;
  return sql.insert(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, values);
}
