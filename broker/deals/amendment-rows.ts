import type { Header } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { AmendmentView } from '../../protocol/deals/deal.ts';
import type { AmendmentMove } from '../../protocol/deals/states.ts';

/** Which side of a deal somebody speaks for. */
export type Side = 'user' | 'broker';

/** What one side of an agreement wants changed in it. Times are milliseconds since 1970. */
export interface AmendmentRow {
  readonly amendment: number;
  readonly deal: number;
  /** The Id of the Amend. */
  readonly id: string;
  readonly by: Side;
  /** What it says. */
  readonly changes: readonly Header[];
  /** The whole of the terms with it. */
  readonly terms: readonly Header[];
  /** An amount of the agreement's currency, as a decimal. */
  readonly estimate: string | null;
  readonly untilAt: number | null;
  readonly deadlineAt: number | null;
  readonly expiresAt: number;
}

type RawAmendment = Omit<AmendmentRow, 'changes' | 'terms'> & {
  readonly changes: string;
  readonly terms: string;
};

const columns = `amendment, deal, id, by, changes, terms, estimate, until_at AS untilAt, deadline_at AS deadlineAt,
  expires_at AS expiresAt`;

/** The Amend of an agreement that is open. */
export function openAmendment(sql: Sql, deal: number): AmendmentRow | undefined {
  const raw = sql.get<RawAmendment>(
    `SELECT ${columns} FROM amendments WHERE deal = @deal AND state = 'proposed'`,
    { deal },
  );
  if (raw === undefined) return undefined;
  return {
    ...raw,
    changes: JSON.parse(raw.changes) as Header[],
    terms: JSON.parse(raw.terms) as Header[],
  };
}

/** Keeps an Amend, and returns its number. */
export function keepAmendment(sql: Sql, row: Omit<AmendmentRow, 'amendment'>, now: number): number {
  return sql.insert(
    `INSERT INTO amendments (deal, id, by, state, changes, terms, estimate, until_at, deadline_at, created_at, expires_at)
     VALUES (@deal, @id, @by, 'proposed', @changes, @terms, @estimate, @untilAt, @deadlineAt, @now, @expiresAt)`,
    { ...row, changes: JSON.stringify(row.changes), terms: JSON.stringify(row.terms), now },
  );
}

/** Ends an Amend: whether it may go so is for the store to say. */
export function endAmendment(
  sql: Sql,
  { amendment }: Pick<AmendmentRow, 'amendment'>,
  { verb, to }: Pick<AmendmentMove, 'verb' | 'to'>,
  now: number,
): void {
  sql.run('UPDATE amendments SET state = @to, verb = @verb, ended_at = @now WHERE amendment = @amendment', {
    amendment,
    verb,
    to,
    now,
  });
}

/** What is shown of the Amend of an agreement that is open. */
export function amendmentView(sql: Sql, deal: number): AmendmentView | null {
  const row = openAmendment(sql, deal);
  if (row === undefined) return null;
  const { id, by, changes, estimate, expiresAt } = row;
  return { id, by, terms: [...changes], estimate, expiresAt };
}
