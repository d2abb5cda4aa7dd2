import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import { mostReservations } from '../../protocol/agent/reservations.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { Claim } from './claims.ts';

/** What batch systems keep for a deal, and what they have said of it. */
export interface KeptThere {
  readonly id: string;
  readonly agent: string;
  /** From when, in milliseconds since 1970: never before it was asked for. */
  readonly startsAt: number;
  readonly state: 'asked' | 'kept' | 'refused' | 'releasing';
  readonly reason: string | null;
}

/** So much longer, in milliseconds, a batch system keeps room: its jobs take a while to begin and to end. */
const backEndMs = 120_000;

/** Asks batch systems to keep what is held for an Offer, by the Offer's name. Throws a Refusal `no-capacity`. */
export function askBackEnds(sql: Sql, offer: string, claims: readonly Claim[], now: number): void {
  for (const [index, { deal, agent, slots, amounts, from, until }] of claims.entries()) {
    const kept = sql.get<{ count: number }>(
      'SELECT count(*) AS count FROM reservations WHERE resource = @agent AND end_at > @now',
      { agent, now },
    );
    if ((kept?.count ?? 0) >= mostReservations)
      throw noCapacity(`${agent} keeps ${mostReservations} reservations already`);
    sql.run(
      `INSERT INTO reservations (id, resource, slots, start_at, end_at, state, deal)
       VALUES (@id, @agent, @cores, @from, @until, 'asked', @deal)`,
      {
        ...{ deal, agent, until: until + backEndMs },
        id: index === 0 ? offer : `${offer}-${index + 1}`,
        cores: Math.max(1, Math.ceil(slots * (amounts.get('cpus') ?? 1))),
        from: Math.max(from, now),
      },
    );
  }
}

/** Whether batch systems keep room for a deal, or are to. */
export function isKept(sql: Sql, deal: number): boolean {
  return sql.get('SELECT 1 FROM reservations WHERE deal = @deal LIMIT 1', { deal }) !== undefined;
}

export function keptFor(sql: Sql, deal: number): KeptThere[] {
  return sql.all<KeptThere>(
    `SELECT id, resource AS agent, start_at AS startsAt, state, reason FROM reservations
     WHERE deal = @deal ORDER BY id`,
    { deal },
  );
}

/** What is kept for a deal is wanted no more; returns the agents who are to be told. */
export function letGoBackEnds(sql: Sql, deal: number): readonly string[] {
  const agents = keptFor(sql, deal).map(({ agent }) => agent);
  if (agents.length === 0) return agents;
  sql.run("DELETE FROM reservations WHERE deal = @deal AND state = 'refused'", { deal });
  sql.run("UPDATE reservations SET state = 'releasing' WHERE deal = @deal", { deal });
  return agents;
}

/** What is kept for deals that are over, or are no more, is wanted no more; returns the agents who are to be told. */
export function letGoOrphans(sql: Sql): readonly string[] {
  const orphans = sql.all<{ deal: number }>(
    `SELECT DISTINCT reservations.deal FROM reservations LEFT JOIN deals ON deals.deal = reservations.deal
     WHERE reservations.deal IS NOT NULL AND reservations.state <> 'releasing'
       AND coalesce(deals.state, 'over') NOT IN ('accepting', 'active', 'ending')`,
  );
  return orphans.flatMap(({ deal }) => letGoBackEnds(sql, deal));
}

/**
 * What batch systems had kept for agreements, and do not keep any more, is asked for again as long as its time lasts; returns
 * the agents who are to be told.
 */
export function askAgain(sql: Sql, now: number): readonly string[] {
  const rows = sql.all<{ id: string; agent: string }>(
    `SELECT reservations.id, resource AS agent FROM reservations JOIN deals ON deals.deal = reservations.deal
     WHERE reservations.state = 'refused' AND deals.state = 'active' AND end_at > @now`,
    { now },
  );
  // Why it is not kept is known until it is.
  for (const { id } of rows) sql.run("UPDATE reservations SET state = 'asked' WHERE id = @id", { id });
  return rows.map(({ agent }) => agent);
}

/** What batch systems had kept for agreements and keep no more, by deal and agent: why, in a sentence. */
export function notKept(sql: Sql): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const rows = sql.all<{ deal: number; agent: string; reason: string }>(
    `SELECT reservations.deal, resource AS agent, reason FROM reservations JOIN deals ON deals.deal = reservations.deal
     WHERE reservations.state IN ('refused', 'asked') AND reason IS NOT NULL AND deals.state = 'active'
     ORDER BY reservations.id`,
  );
  const found = new Map<number, Map<string, string>>();
  for (const { deal, agent, reason } of rows) {
    const why = `the batch system behind ${agent} does not keep it any more: ${reason}`;
    found.set(deal, (found.get(deal) ?? new Map<string, string>()).set(agent, why));
  }
  return found;
}

/** The name under which a batch system keeps room on a node for an agreement; null where none does. */
export function keptName(sql: Sql, agreement: string, agent: string): string | null {
  const row = sql.get<{ id: string }>(
    `SELECT reservations.id FROM deals JOIN reservations ON reservations.deal = deals.deal
     WHERE deals.agreement = @agreement AND reservations.resource = @agent AND reservations.state = 'kept'`,
    { agreement, agent },
  );
  return row?.id ?? null;
}

export function noCapacity(detail: string): Refusal {
  return new Refusal(failure('no-capacity', detail));
}
