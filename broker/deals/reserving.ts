import type { Clock } from '../../platform/clock.ts';
import type { Part } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql, Store } from '../../platform/store/store.ts';
import { askAgain, keptFor, letGoOrphans } from '../capacity/back-ends.ts';
import type { DealMoves } from './moves.ts';
import type { DealRow } from './rows.ts';
import { dealByKey } from './store.ts';

export interface ReservingParts {
  readonly store: Store;
  readonly moves: Pick<DealMoves, 'reserved' | 'refused'>;
  /** Something was done in deals: to be called once that is on disk. */
  readonly done: (rows: readonly DealRow[]) => void;
  /** Has an agent told what the back end behind it is to keep. */
  readonly tellBackEnd: (agent: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often, in milliseconds, it is looked whether batch systems keep anything that nothing owns, or nothing of what is owned. */
const everyMs = 60_000;
/** So long, in milliseconds, a batch system may take to keep what begins at once. */
const answerMs = 60_000;

/**
 * Follows what batch systems say of what they are to keep for agreements: an Offer that was accepted becomes an agreement once
 * all of it is kept, and is declined where one does not keep its part. What one keeps no more it is asked for again.
 */
export class Reserving implements Part {
  readonly #parts: ReservingParts;
  #cancelNext = () => {};
  #isStopped = false;

  constructor(parts: ReservingParts) {
    this.#parts = parts;
  }

  /** Takes up what was under way. */
  start(): Promise<void> {
    return this.#look();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelNext();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A part of the verb in which a batch system's word was kept; what is returned is called after the commit. */
  heard(sql: Sql): () => void {
    const { moves, done, clock } = this.#parts;
    const now = clock.now();
    const accepting = sql.all<{ deal: number }>(
      `SELECT deal FROM deals INDEXED BY deals_under_way
       WHERE state IN ('accepting', 'ending') AND state = 'accepting'`,
    );
    const rows = accepting.flatMap(({ deal }): DealRow[] => {
      const row = dealByKey(sql, deal);
      const kept = keptFor(sql, deal);
      const refused = kept.find(({ state }) => state === 'refused');
      if (refused !== undefined)
        return [moves.refused(sql, row, `${refused.agent} does not keep it: ${refused.reason}`, now)];
      if (kept.length > 0 && kept.every(({ state }) => state === 'kept'))
        return [moves.reserved(sql, row, now)];
      if (kept.length > 0 && kept.every(({ startsAt }) => now <= startsAt + answerMs)) return [];
      return [moves.refused(sql, row, 'no batch system has kept it by when it was to start', now)];
    });
    return () => done(rows);
  }

  async #look(): Promise<void> {
    const { store, tellBackEnd, clock, log } = this.#parts;
    try {
      const { agents, after } = await store.write((sql) => ({
        agents: new Set([...letGoOrphans(sql), ...askAgain(sql, clock.now())]),
        after: this.heard(sql),
      }));
      after();
      for (const agent of agents) tellBackEnd(agent);
    } catch (error) {
      if (!this.#isStopped) log.warn('it cannot be seen what batch systems keep for agreements', { error });
    }
    if (!this.#isStopped) this.#cancelNext = clock.after(everyMs, () => void this.#look());
  }
}
