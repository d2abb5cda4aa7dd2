import type { Sliced } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';
import type { Amounts } from '../jobs/assignment.ts';
import type { Places } from './rows.ts';

/** Whose side of a deal somebody speaks for. */
export type Side = 'user' | 'broker';

/** What is looked for. */
export interface Wanted {
  /** The names of the agents that will do, best first. */
  readonly nodes: Iterable<string>;
  /** What one slot takes. */
  readonly amounts: Amounts;
  /** How many slots at once. */
  readonly slots: number;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly lengthMs: number;
  /** Whether a moment must be promised. */
  readonly timed?: boolean | undefined;
  /** A deal that counts as holding nothing: what is found is in place of what it has. */
  readonly instead?: number | undefined;
}

/** When there is room, and where. */
export interface Planned {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly slots: Places;
  /** Whether that can be promised. */
  readonly isTimed: boolean;
}

/** What nodes have over time. Each verb is a part of the verb of the store in which the deal moves. */
export interface DealCapacity {
  /** Has what is known be as the store has it in this verb. */
  follow(sql: Sql): void;
  /** The earliest that is found; undefined where none is. */
  plan(sql: Sql, wanted: Wanted): Planned | undefined;
  /** The same in slices, before the verb: in that it is looked at again. */
  planning(wanted: Wanted): Sliced<Planned | undefined>;
  /** What is in the way until there is room, for people; `earliest` as was planned. */
  later(wanted: Wanted, earliest: number | undefined): Sliced<{ readonly text: string }>;
  /** Keeps it, from its start until a moment. Throws a Refusal `no-capacity` where it does not fit any more. */
  hold(sql: Sql, deal: number, planned: Planned, amounts: Amounts, until: number): void;
  /** Whether batch systems must keep first what is held for an Offer: then they are asked to. Throws a Refusal `no-capacity`. */
  asksBackEnds(sql: Sql, row: { readonly deal: number; readonly offer: string }): boolean;
  /** What is held for an Offer is an agreement's from now on. */
  reserve(sql: Sql, deal: number, agreement: string): void;
  /** Lets it go; once more does nothing more. */
  letGo(sql: Sql, deal: number): void;
  /** The part of all capacity that open Offers of an owner hold, from 0 to 1. */
  shareHeldBy(sql: Sql, owner: string): number;
}

/** What runs under agreements. Each verb is a part of the verb of the store in which the deal moves. */
export interface WorkUnder {
  /**
   * Nothing more starts; what runs is cancelled with grace for the side that ends it, or may run out. Returns what is to be
   * done after the commit.
   */
  stop(sql: Sql, agreement: string, how: Side | 'run-out', now: number): () => void;
  /** Whether the last attempt is reported, or its lease over. */
  isIdle(sql: Sql, agreement: string): boolean;
  /** When all that nodes were let start has ended at the latest, in milliseconds since 1970; undefined where nothing was. */
  endsBy(sql: Sql, agreement: string): number | undefined;
  /** How an agreement stands, or its terms, are on disk otherwise than they were. */
  changed(agreement: string): void;
}
