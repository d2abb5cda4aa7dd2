import type { Sql } from '../../platform/store/store.ts';
import type { DealRow } from './rows.ts';
import { noteOf } from './store.ts';

/** For so long, in milliseconds, what is charged to a deal after it was told of a charge is told together. */
export const togetherMs = 1_000;

interface Untold {
  readonly dueAt: number;
  readonly attempts: number;
  readonly ms: number;
}

/** An attempt that was charged, and all that is charged to its deal by then. */
interface Charge {
  /** Its name. */
  readonly attempt: string;
  /** How long it ran. */
  readonly ms: number;
  /** A decimal of the currency of the deal; null where it costs nothing. */
  readonly total: string | null;
}

/** Tells who follows a deal of a charge: at once, or where they were told of one just now, together with what comes yet. */
export function noteCharge(sql: Sql, row: DealRow, { attempt, ms, total }: Charge, now: number): void {
  const { deal } = row;
  const untold = untoldOf(sql, deal);
  // Where the clock was set back, what is due may be far ahead.
  const isDue = untold === undefined || untold.dueAt <= now || untold.dueAt > now + togetherMs;
  if (isDue && (untold === undefined || untold.attempts === 0)) {
    noteOf(sql, row, now, 'charge', { text: `${attempt} ran for ${ms} ms${costOf(row, total)}` });
    setTold(sql, deal, now);
  } else
    sql.run('UPDATE deal_charges SET attempts = attempts + 1, ms = ms + @ms WHERE deal = @deal', {
      deal,
      ms,
    });
}

/** Tells of the charges of a deal of which nothing was told yet. Returns the row with the cursor of that. */
export function tellCharges(sql: Sql, row: DealRow, now: number): DealRow {
  const untold = untoldOf(sql, row.deal);
  if (untold === undefined || untold.attempts === 0) return row;
  const { attempts, ms } = untold;
  setTold(sql, row.deal, now);
  const who = attempts === 1 ? '1 attempt more' : `${attempts} attempts more`;
  return noteOf(sql, row, now, 'charge', { text: `${who} ran for ${ms} ms${costOf(row, row.charged)}` });
}

/** When charges of any deal are to be told next, in milliseconds since 1970; null where all are told. */
export function chargesDue(sql: Sql): number | null {
  const text = 'SELECT min(due_at) AS at FROM deal_charges WHERE attempts > 0';
  return sql.get<{ at: number | null }>(text)?.at ?? null;
}

function untoldOf(sql: Sql, deal: number): Untold | undefined {
  return sql.get<Untold>('SELECT due_at AS dueAt, attempts, ms FROM deal_charges WHERE deal = @deal', {
    deal,
  });
}

function setTold(sql: Sql, deal: number, now: number): void {
  sql.run(
    `INSERT INTO deal_charges (deal, due_at) VALUES (@deal, @due)
     ON CONFLICT DO UPDATE SET due_at = @due, attempts = 0, ms = 0`,
    { deal, due: now + togetherMs },
  );
}

function costOf({ currency }: DealRow, total: string | null): string {
  return total === null ? '' : `: ${total} ${currency} so far`;
}
