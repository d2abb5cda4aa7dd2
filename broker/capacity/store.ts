import type { Sql } from '../../platform/store/store.ts';
import type { Amounts } from '../jobs/assignment.ts';
import { type Claim, claim } from './claims.ts';

interface RawHold {
  readonly deal: number;
  readonly agent: string;
  readonly slots: number;
  readonly amounts: string;
  readonly fromAt: number;
  readonly untilAt: number;
  readonly agreement: string | null;
  readonly backEnd: number;
  readonly short: number;
}

const columns = `deal, agent, slots, amounts, from_at AS fromAt, until_at AS untilAt, agreement, back_end AS backEnd,
  short`;

/** Which change of the table was the last. */
export function stampOf(sql: Sql): number {
  return sql.get<{ stamp: number }>('SELECT stamp FROM holds_stamp')?.stamp ?? 0;
}

export function setStamp(sql: Sql, stamp: number): void {
  sql.run('UPDATE holds_stamp SET stamp = @stamp', { stamp });
}

export function allHolds(sql: Sql): Claim[] {
  return sql.all<RawHold>(`SELECT ${columns} FROM holds`).map(claimOf);
}

/** What is held and reserved of the node of an agent. */
export function holdsOf(sql: Sql, agent: string): Claim[] {
  return sql.all<RawHold>(`SELECT ${columns} FROM holds WHERE agent = @agent`, { agent }).map(claimOf);
}

export function insertHold(sql: Sql, made: Claim): void {
  const { deal, agent, slots, amounts, from, until, agreement, backEnd } = made;
  sql.run(
    `INSERT INTO holds (deal, agent, slots, amounts, from_at, until_at, kind, agreement, back_end)
     VALUES (@deal, @agent, @slots, @amounts, @from, @until, @kind, @agreement, @backEnd)`,
    {
      ...{ deal, agent, slots, from, until },
      amounts: JSON.stringify([...amounts]),
      kind: agreement === undefined ? 'hold' : 'reservation',
      agreement: agreement ?? null,
      backEnd: Number(backEnd),
    },
  );
}

/** What a deal holds becomes a reservation of its agreement. */
export function reserveHolds(sql: Sql, deal: number, agreement: string): void {
  sql.run("UPDATE holds SET kind = 'reservation', agreement = @agreement WHERE deal = @deal", {
    deal,
    agreement,
  });
}

export function deleteHolds(sql: Sql, deal: number): void {
  sql.run('DELETE FROM holds WHERE deal = @deal', { deal });
}

export function setShort(sql: Sql, deal: number, agent: string, short: boolean): void {
  sql.run('UPDATE holds SET short = @short WHERE deal = @deal AND agent = @agent', {
    ...{ deal, agent },
    short: Number(short),
  });
}

/** Deals that hold something though nothing of them is under way. */
export function overDeals(sql: Sql): number[] {
  return sql
    .all<{ deal: number }>(
      `SELECT DISTINCT holds.deal FROM holds JOIN deals ON deals.deal = holds.deal
       WHERE deals.state NOT IN ('open', 'accepting', 'active', 'ending')`,
    )
    .map(({ deal }) => deal);
}

/** What the open Offers of an owner hold. */
export function heldBy(sql: Sql, owner: string): Pick<Claim, 'slots' | 'amounts'>[] {
  return sql
    .all<Pick<RawHold, 'slots' | 'amounts'>>(
      `SELECT holds.slots, holds.amounts FROM deals JOIN holds ON holds.deal = deals.deal
       WHERE deals.owner = @owner AND deals.state IN ('open', 'accepting')`,
      { owner },
    )
    .map(({ slots, amounts }) => ({ slots, amounts: amountsOf(amounts) }));
}

function claimOf({ amounts, fromAt, untilAt, agreement, backEnd, short, ...row }: RawHold): Claim {
  return claim({
    ...row,
    amounts: amountsOf(amounts),
    from: fromAt,
    until: untilAt,
    agreement: agreement ?? undefined,
    backEnd: backEnd === 1,
    short: short === 1,
  });
}

function amountsOf(text: string): Amounts {
  return new Map(JSON.parse(text) as [string, number][]);
}
