import { nanoOf, nanoText } from '../../grammar/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import {
  type AccountView,
  brokerOwner,
  type GrantRequest,
  type StatementPage,
} from '../../protocol/accounts.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { UserCaller } from '../caller.ts';
import { checkUser } from '../identities/store.ts';
import type { Bank, Holding, Payee } from './bank.ts';
import { type Nano, nanoOfRow } from './money.ts';
import type { AccountSettings } from './settings.ts';
import {
  type AccountKey,
  type AccountRow,
  brokerAccounts,
  entriesOf,
  findAccount,
  heldOf,
  limitOf,
  noFunds,
  openAccount,
  setLimit,
  transfer,
  userAccounts,
} from './store.ts';

export interface LedgerParts {
  readonly config: AccountSettings;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The broker's own bank: double entry in each currency that it runs, in its store. Money comes into the world by grants of
 * administrators, from an issuer that alone goes below zero; all else moves between accounts.
 */
export class Ledger implements Bank {
  readonly #parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  runs(currency: string): boolean {
    return this.#parts.config.currencies.includes(currency);
  }

  /** The accounts of a user, of the broker, or of all, the broker's last. */
  accounts(owner: string | undefined): Promise<AccountView[]> {
    return this.#parts.store.read((sql) => {
      const ofUsers = owner === brokerOwner ? [] : userAccounts(sql, owner);
      const own = owner === undefined || owner === brokerOwner ? brokerAccounts(sql) : [];
      return [...ofUsers, ...own].map((row) => viewOf(row));
    });
  }

  /** Gives money to a user, once for each word of a request. Throws a Refusal `no-currency`, `not-found`, `request-reused`. */
  async grant(
    by: UserCaller,
    owner: string,
    currency: string,
    { amount, request, memo }: GrantRequest,
  ): Promise<AccountView> {
    const { store, clock, log } = this.#parts;
    const now = clock.now();
    this.#checkCurrency(currency);
    const view = await store.write((sql) => {
      checkUser(sql, owner);
      const [from, to] = [issuerOf(currency), userKey(owner, currency)];
      transfer(sql, { kind: 'grant', cause: request, from, to, amount: nanoOf(amount), memo }, now);
      return viewOf(findAccount(sql, to)!);
    });
    log.info('money was granted', { owner, currency, amount, by: by.owner });
    return view;
  }

  /** Says how much of a user's may be held at once; undefined takes the limit away. */
  async limit(
    by: UserCaller,
    owner: string,
    currency: string,
    limit: string | undefined,
  ): Promise<AccountView> {
    const { store, clock, log } = this.#parts;
    const now = clock.now();
    this.#checkCurrency(currency);
    const view = await store.write((sql) => {
      checkUser(sql, owner);
      const key = userKey(owner, currency);
      setLimit(sql, openAccount(sql, key, now).account, limit === undefined ? undefined : nanoOf(limit));
      return viewOf(findAccount(sql, key)!);
    });
    log.info('the limit of an account was set', { owner, currency, limit: limit ?? null, by: by.owner });
    return view;
  }

  /** What came to an account of a user, or of the broker, and went from it, the earliest first. Throws a Refusal `no-currency`. */
  async statement(owner: string, currency: string, after: number, most: number): Promise<StatementPage> {
    this.#checkCurrency(currency);
    return this.#parts.store.read((sql) => {
      const row = findAccount(sql, owner === brokerOwner ? brokerKey(currency) : userKey(owner, currency));
      if (row === undefined) return { entries: [], next: null };
      const entries = entriesOf(sql, row.account, after, most);
      return { entries, next: entries.length < most ? null : (entries.at(-1)?.entry ?? null) };
    });
  }

  hold(sql: Sql, holding: Holding, amount: Nano, cause: string): void {
    this.#checkCurrency(holding.currency);
    if (amount === 0n) return;
    const now = this.#parts.clock.now();
    const [owner, to] = [userKey(holding.owner, holding.currency), escrowOf(holding)];
    const from = openAccount(sql, owner, now);
    if (!transfer(sql, { kind: 'escrow', cause, from: owner, to, amount }, now)) return;
    const limit = limitOf(from);
    if (limit === undefined) return;
    const held = heldOf(openAccount(sql, owner, now));
    if (held > limit)
      throw noFunds(
        `at most ${nanoText(limit)} ${holding.currency} may be held for deals at once, and it would be ${nanoText(held)}`,
      );
  }

  charge(sql: Sql, holding: Holding, to: Payee, amount: Nano, cause: string): void {
    if (amount === 0n) return;
    const { currency } = holding;
    const key: AccountKey = to.kind === 'user' ? userKey(to.owner, currency) : brokerKey(currency);
    transfer(
      sql,
      { kind: 'charge', cause, from: escrowOf(holding), to: key, amount },
      this.#parts.clock.now(),
    );
  }

  release(sql: Sql, holding: Holding, keep: Nano, cause: string): Nano {
    const amount = this.held(sql, holding) - keep;
    if (amount <= 0n) return 0n;
    const to = userKey(holding.owner, holding.currency);
    transfer(sql, { kind: 'release', cause, from: escrowOf(holding), to, amount }, this.#parts.clock.now());
    return amount;
  }

  held(sql: Sql, holding: Holding): Nano {
    const row = findAccount(sql, escrowOf(holding));
    return row === undefined ? 0n : nanoOfRow(row);
  }

  #checkCurrency(currency: string): void {
    if (this.runs(currency)) return;
    const own = this.#parts.config.currencies.join(', ') || 'none';
    throw new Refusal(failure('no-currency', `this broker does not run ${currency}; it runs ${own}`));
  }
}

function viewOf(row: AccountRow): AccountView {
  const limit = limitOf(row);
  return {
    owner: row.kind === 'broker' ? brokerOwner : row.owner,
    currency: row.currency,
    balance: nanoText(nanoOfRow(row)),
    held: nanoText(heldOf(row)),
    limit: limit === undefined ? null : nanoText(limit),
  };
}

function userKey(owner: string, currency: string): AccountKey {
  return { kind: 'user', owner, currency };
}

function brokerKey(currency: string): AccountKey {
  return { kind: 'broker', owner: currency, currency };
}

function issuerOf(currency: string): AccountKey {
  return { kind: 'issuer', owner: currency, currency };
}

function escrowOf({ agreement, currency }: Holding): AccountKey {
  return { kind: 'escrow', owner: agreement, currency };
}
