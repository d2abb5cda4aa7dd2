import { nanoOf } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';

/** What is to be so of the store of a broker. */
export interface Expected {
  /** What each node has, by name of the amount. */
  readonly total: Readonly<Record<string, number>>;
  /** Whether all trade is over: nothing is open, held or in escrow then. */
  readonly isOver: boolean;
}

/** What is not as it is to be, a line each. */
export function violationsIn(sql: Sql, { total, isOver }: Expected): string[] {
  return [...moneyLost(sql), ...orphans(sql), ...overfull(sql, total), ...(isOver ? leftOver(sql) : [])];
}

interface MoneyRow {
  readonly whole: number;
  readonly nano: number;
}

function nanoIn({ whole, nano }: MoneyRow): bigint {
  return BigInt(whole) * 1_000_000_000n + BigInt(nano);
}

/** Every ledger sums to zero, every account to what came and went, and none but an issuer's is below zero. */
function moneyLost(sql: Sql): string[] {
  const found: string[] = [];
  const accounts = sql.all<MoneyRow & { account: number; kind: string; owner: string; currency: string }>(
    'SELECT account, kind, owner, currency, whole, nano FROM accounts',
  );
  const sums = new Map<string, bigint>();
  const balances = new Map<number, bigint>();
  for (const { account, kind, owner, currency, ...money } of accounts) {
    const nano = nanoIn(money);
    sums.set(currency, (sums.get(currency) ?? 0n) + nano);
    balances.set(account, nano);
    if (nano < 0n && kind !== 'issuer') found.push(`the ${kind} account of ${owner} is below zero`);
  }
  for (const [currency, sum] of sums)
    if (sum !== 0n) found.push(`the ledger of ${currency} sums to ${sum} billionths`);
  const rows = sql.all<MoneyRow & { debit: number; credit: number }>(
    'SELECT debit, credit, whole, nano FROM transfers',
  );
  for (const { debit, credit, ...money } of rows) {
    const nano = nanoIn(money);
    balances.set(debit, (balances.get(debit) ?? 0n) + nano);
    balances.set(credit, (balances.get(credit) ?? 0n) - nano);
  }
  for (const [account, rest] of balances)
    if (rest !== 0n) found.push(`account ${account} has ${rest} billionths that no transfer brought`);
  return found;
}

/** What is in escrow is an agreement's, just what it may yet cost; what is held is an open Offer's or an agreement's. */
function orphans(sql: Sql): string[] {
  const found: string[] = [];
  const escrows = sql.all<
    MoneyRow & { owner: string; state: string | null; estimate: string | null; charged: string | null }
  >(
    `SELECT a.owner, a.whole, a.nano, d.state, d.estimate, d.charged
     FROM accounts a LEFT JOIN deals d ON d.agreement = a.owner WHERE a.kind = 'escrow'`,
  );
  for (const { owner, state, estimate, charged, ...money } of escrows) {
    const nano = nanoIn(money);
    const isOpen = state === 'accepting' || state === 'active' || state === 'ending';
    if (nano !== 0n && !isOpen)
      found.push(`${nano} billionths are in escrow for ${owner}, which is ${state ?? 'no deal'}`);
    const due = nanoOf(estimate ?? '0') - nanoOf(charged ?? '0');
    if (isOpen && nano !== due) found.push(`${owner} has ${nano} in escrow, and may yet cost ${due}`);
    if (due < 0n) found.push(`${owner} was charged more than its Estimate`);
  }
  const missing = sql.all<{ agreement: string }>(
    `SELECT agreement FROM deals WHERE state IN ('active', 'ending') AND estimate IS NOT NULL AND estimate GLOB '*[1-9]*'
       AND NOT EXISTS (SELECT 1 FROM accounts WHERE kind = 'escrow' AND owner = agreement)`,
  );
  for (const { agreement } of missing) found.push(`${agreement} has nothing in escrow`);
  const holds = sql.all<{ deal: number; agent: string; kind: string; state: string | null }>(
    'SELECT h.deal, h.agent, h.kind, d.state FROM holds h LEFT JOIN deals d ON d.deal = h.deal',
  );
  for (const { deal, agent, kind, state } of holds) {
    const isDue =
      kind === 'hold' ? state === 'open' || state === 'accepting' : state === 'active' || state === 'ending';
    if (!isDue) found.push(`a ${kind} on ${agent} is of deal ${deal}, which is ${state ?? 'none'}`);
  }
  const bare = sql.all<{ deal: number; state: string }>(
    `SELECT deal, state FROM deals d WHERE state IN ('open', 'active')
       AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.deal = d.deal)`,
  );
  for (const { deal, state } of bare) found.push(`deal ${deal} is ${state}, and nothing is held for it`);
  return found;
}

/** For each node and moment what is held and reserved fits what it has. */
function overfull(sql: Sql, total: Expected['total']): string[] {
  const rows = sql.all<{ agent: string; slots: number; amounts: string; from_at: number; until_at: number }>(
    'SELECT agent, slots, amounts, from_at, until_at FROM holds WHERE short = 0 ORDER BY agent',
  );
  const found: string[] = [];
  for (const [agent, holds] of Map.groupBy(rows, ({ agent: name }) => name))
    for (const [name, most] of Object.entries(total)) {
      const changes = holds
        .flatMap(({ slots, amounts, from_at: from, until_at: until }) => {
          const size = slots * (new Map(JSON.parse(amounts) as [string, number][]).get(name) ?? 0);
          return [
            { at: from, by: size },
            { at: until, by: -size },
          ];
        })
        .sort((a, b) => a.at - b.at || a.by - b.by);
      let taken = 0;
      for (const { at, by } of changes) {
        taken += by;
        if (taken <= most) continue;
        found.push(`${agent} has ${most} ${name}, and ${taken} are promised at ${at}`);
        break;
      }
    }
  return found;
}

/** What there still is though all is over. */
function leftOver(sql: Sql): string[] {
  const counts = {
    'deals that are not over': `SELECT count(*) AS n FROM deals WHERE state IN ('open', 'accepting', 'active', 'ending')`,
    holds: 'SELECT count(*) AS n FROM holds',
    'attempts under agreements': 'SELECT count(*) AS n FROM agreement_attempts',
    'amounts in escrow': `SELECT count(*) AS n FROM accounts WHERE kind = 'escrow' AND (whole <> 0 OR nano <> 0)`,
    'open Amends': `SELECT count(*) AS n FROM amendments WHERE state = 'proposed'`,
  };
  return Object.entries(counts).flatMap(([what, text]) => {
    const n = sql.get<{ n: number }>(text)?.n ?? 0;
    return n === 0 ? [] : [`${n} ${what} are left`];
  });
}
