import type { Sql } from '../../platform/store/store.ts';
import type { Nano } from './money.ts';

/** Who is paid: a user who lends machines, or the broker itself. */
export type Payee = { readonly kind: 'user'; readonly owner: string } | { readonly kind: 'broker' };

/** What a deal holds: money of an owner, for an agreement. */
export interface Holding {
  readonly agreement: string;
  readonly owner: string;
  readonly currency: string;
}

/**
 * Where the money of deals is. Each verb is a part of the verb of the store in which the deal moves, so that either both
 * happen or neither does; each happens once for its cause, the Id of a document. Another bank stands behind it as well, by
 * verbs that note here what is to be done there.
 */
export interface Bank {
  /** Whether it runs a currency. */
  runs(currency: string): boolean;
  /** Holds money. Throws a Refusal `no-funds`, `no-currency`. */
  hold(sql: Sql, holding: Holding, amount: Nano, cause: string): void;
  /** Pays out of what is held. Throws a Refusal `no-funds` where less is held. */
  charge(sql: Sql, holding: Holding, to: Payee, amount: Nano, cause: string): void;
  /** Gives back what is held beyond `keep`; returns how much that was. */
  release(sql: Sql, holding: Holding, keep: Nano, cause: string): Nano;
  /** What is held. */
  held(sql: Sql, holding: Holding): Nano;
}
