import { nanoText } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { EntryView } from '../../protocol/accounts.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type MoneyRow, mostNano, type Nano, nanoOfRow, rowOfNano } from './money.ts';

/** Whose an account is. An escrow's owner is the Id of its agreement, an issuer's and the broker's their currency. */
export interface AccountKey {
  readonly kind: 'user' | 'issuer' | 'broker' | 'escrow';
  readonly owner: string;
  readonly currency: string;
}

export interface AccountRow extends MoneyRow, AccountKey {
  readonly account: number;
  readonly limit_whole: number | null;
  readonly limit_nano: number | null;
  readonly held_whole: number;
  readonly held_nano: number;
}

/** Something that goes from one account to another. */
export interface Transfer {
  readonly kind: EntryView['kind'];
  readonly cause: string;
  readonly from: AccountKey;
  readonly to: AccountKey;
  readonly amount: Nano;
  readonly memo?: string | undefined;
}

export function findAccount(sql: Sql, { kind, owner, currency }: AccountKey): AccountRow | undefined {
  return sql.get<AccountRow>(
    'SELECT * FROM accounts WHERE owner = @owner AND currency = @currency AND kind = @kind',
    { kind, owner, currency },
  );
}

/** The account of a key, which is opened where there is none. */
export function openAccount(sql: Sql, key: AccountKey, now: number): AccountRow {
  const { kind, owner, currency } = key;
  sql.run(
    `INSERT INTO accounts (kind, owner, currency, created_at) VALUES (@kind, @owner, @currency, @now)
     ON CONFLICT DO NOTHING`,
    { kind, owner, currency, now },
  );
  return findAccount(sql, key)!;
}

/**
 * Moves money; once for each cause, so that what is said again moves nothing more: returns whether it did. Throws a Refusal:
 * `no-funds`, `too-much-money`; `request-reused` where the cause moved another amount before.
 */
export function transfer(sql: Sql, { kind, cause, from, to, amount, memo }: Transfer, now: number): boolean {
  const [debit, credit] = [openAccount(sql, from, now), openAccount(sql, to, now)];
  const moved = { kind, cause, debit: debit.account, credit: credit.account, ...rowOfNano(amount) };
  const before = sql.get<MoneyRow>(
    `SELECT whole, nano FROM transfers
     WHERE cause = @cause AND kind = @kind AND debit = @debit AND credit = @credit`,
    { kind, cause, debit: moved.debit, credit: moved.credit },
  );
  if (before !== undefined) {
    if (nanoOfRow(before) === amount) return false;
    const detail = `'${cause}' was for ${nanoText(nanoOfRow(before))} ${from.currency} before`;
    throw new Refusal(failure('request-reused', detail));
  }
  if (from.kind !== 'issuer' && nanoOfRow(debit) < amount)
    throw noFunds(
      `${nanoText(nanoOfRow(debit))} ${from.currency} are there, and ${nanoText(amount)} are wanted`,
    );
  const [less, more] = [nanoOfRow(debit) - amount, nanoOfRow(credit) + amount];
  // All that others have together is what the issuer is short of: so nobody who is paid ever has too much.
  if (less < -mostNano)
    throw new Refusal(failure('too-much-money', `there would be too much of ${from.currency}`));
  const [left, got] = [rowOfNano(less), rowOfNano(more)];
  sql.run(
    `INSERT INTO transfers (at, kind, cause, debit, credit, whole, nano, memo,
       debit_whole, debit_nano, credit_whole, credit_nano)
     VALUES (@now, @kind, @cause, @debit, @credit, @whole, @nano, @memo,
       @leftWhole, @leftNano, @gotWhole, @gotNano)`,
    {
      ...moved,
      ...{ now, memo: memo ?? null },
      ...{ leftWhole: left.whole, leftNano: left.nano, gotWhole: got.whole, gotNano: got.nano },
    },
  );
  return true;
}

export function noFunds(detail: string): Refusal {
  return new Refusal(failure('no-funds', detail));
}

/** What of an account is held for deals: what went from it into escrows, less what came back or was charged. */
export function heldOf({ held_whole, held_nano }: AccountRow): Nano {
  return nanoOfRow({ whole: held_whole, nano: held_nano });
}

export function setLimit(sql: Sql, account: number, limit: Nano | undefined): void {
  const row = limit === undefined ? { whole: null, nano: null } : rowOfNano(limit);
  sql.run('UPDATE accounts SET limit_whole = @whole, limit_nano = @nano WHERE account = @account', {
    ...row,
    account,
  });
}

export function limitOf({ limit_whole, limit_nano }: AccountRow): Nano | undefined {
  return limit_whole === null ? undefined : nanoOfRow({ whole: limit_whole, nano: limit_nano ?? 0 });
}

/** Accounts of users, of one or of all, by owner and currency. */
export function userAccounts(sql: Sql, owner: string | undefined): AccountRow[] {
  return sql.all<AccountRow>(
    `SELECT * FROM accounts WHERE kind = 'user' AND owner = coalesce(@owner, owner) ORDER BY owner, currency`,
    { owner: owner ?? null },
  );
}

/** The broker's own, by currency. */
export function brokerAccounts(sql: Sql): AccountRow[] {
  return sql.all<AccountRow>("SELECT * FROM accounts WHERE kind = 'broker' ORDER BY currency");
}

interface EntryRow extends MoneyRow {
  readonly entry: number;
  readonly at: number;
  readonly kind: EntryView['kind'];
  readonly cause: string;
  readonly memo: string | null;
  readonly isDebit: number;
  readonly afterWhole: number;
  readonly afterNano: number;
}

/** Entries of an account after one, the earliest first, with what was there after each. */
export function entriesOf(sql: Sql, account: number, after: number, most: number): EntryView[] {
  const sideOf = (side: 'debit' | 'credit') =>
    `SELECT transfer AS entry, at, kind, cause, memo, whole, nano, ${Number(side === 'debit')} AS isDebit,
       ${side}_whole AS afterWhole, ${side}_nano AS afterNano
     FROM transfers WHERE ${side} = @account AND transfer > @after`;
  const rows = sql.all<EntryRow>(
    `${sideOf('debit')} UNION ALL ${sideOf('credit')} ORDER BY entry LIMIT @most`,
    { account, after, most },
  );
  return rows.map(({ entry, at, kind, cause, memo, isDebit, afterWhole, afterNano, ...moved }) => ({
    ...{ entry, at, kind, cause, memo },
    amount: nanoText(isDebit === 1 ? -nanoOfRow(moved) : nanoOfRow(moved)),
    balance: nanoText(nanoOfRow({ whole: afterWhole, nano: afterNano })),
  }));
}
