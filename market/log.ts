import { setImmediate as turn } from 'node:timers/promises';
import type { Sql, Store } from '../platform/store/store.ts';

/** How far the log goes. */
export interface Reach {
  /** The market can be shown as it stood at this cursor and at any later one. */
  readonly horizon: number;
  /** The cursor of the last event. */
  readonly head: number;
}

/** A change of what is told, as the log tells it. */
export interface LoggedEvent {
  readonly cursor: number;
  readonly kind: 'told' | 'untold' | 'lapsed' | 'asked';
  /** The text of the Tell that it ended; null where it ended none. */
  readonly before: string | null;
  /** The text of the Tell that it told; of `asked` the Ask. */
  readonly after: string | null;
}

/** Events that were read together, and how far the log went then. */
export interface LoggedEvents extends Reach {
  readonly events: readonly LoggedEvent[];
}

/** How much of the log is kept. */
export interface Keep {
  /** Events before this moment, in milliseconds since 1970, are forgotten. */
  readonly since: number;
  /** How many events are kept at most, besides those of live Tells. */
  readonly most: number;
}

/** Texts that are read at a stretch, so that the event loop stays free: few, for each may have 64 KiB. */
export const textsARead = 32;

/** What reads the market's log, and forgets what is too old. */
export class MarketLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  reach(): Promise<Reach> {
    return this.#store.read(reachOf);
  }

  /** The events after a cursor, in their order, at most `most`: all that were, where the cursor is not before the horizon. */
  after(cursor: number, most: number): Promise<LoggedEvents> {
    return this.#store.read((sql) => ({
      ...reachOf(sql),
      events: sql.all<LoggedEvent>(
        `SELECT e.cursor, e.kind, before.document AS before, e.document AS after
         FROM events e LEFT JOIN events before ON before.ended = e.cursor AND before.cursor < e.cursor
         WHERE e.cursor > @cursor ORDER BY e.cursor LIMIT @most`,
        { cursor, most },
      ),
    }));
  }

  /** The text of each of these Tells that the log still has, by the cursor with which it was told. */
  async texts(places: readonly number[]): Promise<Map<number, string>> {
    const texts = new Map<number, string>();
    for (let from = 0; from < places.length; from += textsARead) {
      if (from > 0) await turn();
      await this.#store.read((sql) => {
        for (const place of places.slice(from, from + textsARead)) {
          const row = sql.get<{ document: string }>(
            `SELECT document FROM events WHERE cursor = @place AND kind = 'told'`,
            { place },
          );
          if (row !== undefined) texts.set(place, row.document);
        }
      });
    }
    return texts;
  }

  /** Places after one, at most `most`, of Tells that live now and were told by a cursor. */
  livingSince(cursor: number, after: number, most: number): Promise<number[]> {
    return this.#store.read((sql) =>
      sql
        .all<{ place: number }>(
          'SELECT place FROM tells WHERE place > @after AND place <= @cursor ORDER BY place LIMIT @most',
          { cursor, after, most },
        )
        .map(({ place }) => place),
    );
  }

  /** Places of Tells that were told by a cursor, and ended after it and after `from`, by `to`. */
  endedSince(cursor: number, from: number, to: number): Promise<number[]> {
    return this.#store.read((sql) =>
      sql
        .all<{ place: number }>(
          `SELECT cursor AS place FROM events INDEXED BY events_by_end
           WHERE ended > @from AND ended <= @to AND cursor <= @cursor`,
          { cursor, from: Math.max(from, cursor), to },
        )
        .map(({ place }) => place),
    );
  }

  /**
   * Forgets, of what is over, at most `most` events that `keep` does not want, and counts them. A Tell that was told
   * goes when what ended it is too old, so that from the horizon on the market can still be shown as it stood.
   */
  forget(keep: Keep, most: number): Promise<number> {
    return this.#store.write((sql) => {
      const { head } = reachOf(sql);
      const over = sql.all<{ cursor: number; ended: number; at: number | null }>(
        `SELECT e.cursor, e.ended, (SELECT at FROM events WHERE cursor = e.ended) AS at
         FROM events e INDEXED BY events_by_end WHERE e.ended IS NOT NULL ORDER BY e.ended, e.cursor LIMIT @most`,
        { most },
      );
      let horizon = 0;
      let count = 0;
      for (const { cursor, ended, at } of over) {
        if (ended > head - keep.most && at !== null && at >= keep.since) break;
        sql.run('DELETE FROM events WHERE cursor = @cursor', { cursor });
        horizon = ended;
        count += 1;
      }
      if (count > 0) sql.run('UPDATE horizon SET cursor = max(cursor, @horizon)', { horizon });
      return count;
    });
  }
}

/** How far the log goes, within a verb or a query. */
export function reachOf(sql: Sql): Reach {
  const horizon = sql.get<{ cursor: number }>('SELECT cursor FROM horizon')?.cursor ?? 0;
  const last = sql.get<{ cursor: number | null }>('SELECT max(cursor) AS cursor FROM events')?.cursor ?? 0;
  return { horizon, head: Math.max(horizon, last) };
}
