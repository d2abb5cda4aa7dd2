import type { Document1, Header, Price, SlotAmounts, Used } from '../../grammar/index.ts';
import type { Sql } from '../../platform/store/store.ts';

/** An agreement, as far as work under it goes. */
export interface Agreement {
  readonly id: string;
  readonly owner: string;
  /** Work starts only under one that is `active`. */
  readonly state: 'active' | 'ending' | 'terminated' | 'completed';
  readonly terms: readonly Header[];
  /** The resources on which its slots are. */
  readonly resources: readonly string[];
  /** What one task takes, and is charged for. */
  readonly slot: SlotAmounts;
  /** Undefined where nothing is charged. */
  readonly price: Price | undefined;
  /** The most that is ever charged, in 10^-9 of the price's currency. */
  readonly estimate: bigint | undefined;
  readonly used: Used;
  /** Milliseconds since 1970. Nothing starts before it. */
  readonly startsAt: number;
  /** Milliseconds since 1970. Nothing starts that could pass it. */
  readonly untilAt: number;
}

/** An attempt that has ended, as its charge needs it. */
export interface ChargedAttempt {
  /** Its Id: the cause of what is paid for it, once. */
  readonly id: string;
  /** Where it ran: that is paid to who owns it. */
  readonly resource: string;
  /** What it took, by the terms as they were when a node got it. */
  readonly slot: SlotAmounts;
  /** Whole milliseconds from exec to exit that are charged. */
  readonly ms: number;
}

/** An agreement that is to be made for a job. */
export interface WantedForJob {
  readonly owner: string;
  readonly ask: Document1;
  /** The resources on which its slots are to be; any unless said. */
  readonly resources?: readonly string[] | undefined;
}

/** What jobs need of deals. Each verb is a part of that in which the task moves. */
export interface Agreements {
  /** An agreement of an owner; undefined where there is none of theirs by this Id. */
  find(sql: Sql, owner: string, id: string): Agreement | undefined;
  byId(sql: Sql, id: string): Agreement | undefined;
  /** Makes the broker's own best Offer within the Ask's Budget and accepts it, for its owner. Throws a Refusal with the reason. */
  agree(sql: Sql, wanted: WantedForJob, now: number): string;
  /** Pays for an attempt that is charged, once. */
  charge(sql: Sql, agreement: string, attempt: ChargedAttempt): void;
  /** There is no more work for an agreement that was made for one job. */
  complete(sql: Sql, agreement: string, now: number): void;
  /** Nothing of it is on a node any more: where it is ending, that is its end. */
  idle(sql: Sql, agreement: string, now: number): void;
  /** What was done about these is on disk. */
  told(agreements: readonly string[]): void;
}

/** Where no deals are made. */
export const noAgreements: Agreements = {
  find: () => undefined,
  byId: () => undefined,
  agree() {
    throw new Error('no deals are made here');
  },
  charge() {},
  complete() {},
  idle() {},
  told() {},
};
