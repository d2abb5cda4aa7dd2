import type { Bank, Holding, Payee } from '../../broker/accounts/bank.ts';
import type { Nano } from '../../broker/accounts/money.ts';
import { Refusal } from '../../platform/failure.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';

/** Something that is to be done at the bank itself. Amounts are in 10^-9 of the currency, as text. */
export interface Order {
  readonly what: 'hold' | 'charge' | 'release';
  readonly agreement: string;
  readonly cause: string;
  /** Whose account it is about: the user who pays or is paid, `broker` for the broker. */
  readonly who: string;
  readonly amount: string;
}

/**
 * A bank of EUR whose accounts are elsewhere, as an existing one has them: here stands only what users have put at the
 * broker's disposal, and, in the order in which it happened, what is to be done there. It knows nothing of the broker's own
 * ledger.
 */
export class NotingBank implements Bank {
  /** The bank over a store, with what users have there. */
  static async open(store: Store, has: Readonly<Record<string, Nano>>): Promise<NotingBank> {
    await store.write((sql) => {
      sql.run('CREATE TABLE bank_lent (who TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT');
      sql.run(
        `CREATE TABLE bank_orders (number INTEGER PRIMARY KEY, what TEXT NOT NULL, agreement TEXT NOT NULL,
           cause TEXT NOT NULL, who TEXT NOT NULL, amount TEXT NOT NULL, UNIQUE (what, agreement, cause, who)) STRICT`,
      );
      for (const [who, amount] of Object.entries(has))
        sql.run('INSERT INTO bank_lent (who, amount) VALUES (@who, @amount)', { who, amount: `${amount}` });
    });
    return new NotingBank();
  }

  runs(currency: string): boolean {
    return currency === 'EUR';
  }

  hold(sql: Sql, { agreement, owner, currency }: Holding, amount: Nano, cause: string): void {
    if (!this.runs(currency)) throw new Refusal(failure('no-currency', `the bank has no ${currency}`));
    this.#note(sql, { what: 'hold', agreement, cause, who: owner }, amount, this.free(sql, owner));
  }

  charge(sql: Sql, holding: Holding, to: Payee, amount: Nano, cause: string): void {
    const who = to.kind === 'user' ? to.owner : 'broker';
    const { agreement } = holding;
    this.#note(sql, { what: 'charge', agreement, cause, who }, amount, this.held(sql, holding));
  }

  release(sql: Sql, holding: Holding, keep: Nano, cause: string): Nano {
    const held = this.held(sql, holding);
    const amount = held - keep;
    if (amount <= 0n) return 0n;
    const { agreement, owner } = holding;
    this.#note(sql, { what: 'release', agreement, cause, who: owner }, amount, held);
    return amount;
  }

  held(sql: Sql, { agreement }: Holding): Nano {
    return this.orders(sql)
      .filter((order) => order.agreement === agreement)
      .reduce((sum, { what, amount }) => sum + (what === 'hold' ? BigInt(amount) : -BigInt(amount)), 0n);
  }

  /** What of somebody's is at the broker's disposal, and not held. */
  free(sql: Sql, who: string): Nano {
    const lent = sql.get<{ amount: string }>('SELECT amount FROM bank_lent WHERE who = @who', { who });
    return this.orders(sql)
      .filter((order) => order.who === who)
      .reduce(
        (sum, { what, amount }) => sum + (what === 'hold' ? -BigInt(amount) : BigInt(amount)),
        BigInt(lent?.amount ?? 0),
      );
  }

  /** All that is to be done at the bank, in order. */
  orders(sql: Sql): readonly Order[] {
    return sql.all<Order & object>(
      'SELECT what, agreement, cause, who, amount FROM bank_orders ORDER BY number',
    );
  }

  #note(sql: Sql, order: Omit<Order, 'amount'>, amount: Nano, there: Nano): void {
    if (amount === 0n) return;
    const { what, agreement, cause, who } = order;
    const before = this.orders(sql).find(
      (one) => one.what === what && one.agreement === agreement && one.cause === cause && one.who === who,
    );
    if (before !== undefined && before.amount === `${amount}`) return;
    if (before !== undefined) throw new Refusal(failure('request-reused', `${cause} was for another amount`));
    if (there < amount)
      throw new Refusal(failure('no-funds', `${there} are there, and ${amount} are wanted`));
    sql.run(
      `INSERT INTO bank_orders (what, agreement, cause, who, amount)
       VALUES (@what, @agreement, @cause, @who, @amount)`,
      { ...order, amount: `${amount}` },
    );
  }
}
