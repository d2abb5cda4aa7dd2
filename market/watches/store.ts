import type { Sql, Store } from '../../platform/store/store.ts';
import { reachOf } from '../log.ts';
import { isRemembered, remember } from '../revoked.ts';

/** What names a Watch. */
export interface WatchName {
  readonly watcher: string;
  readonly id: string;
}

/** A Watch as it is kept. */
export interface WatchRow extends WatchName {
  readonly seq: number;
  readonly hash: string;
  /** Of a broker's; null of a user's. */
  readonly brokerIp: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface NumberedRow extends WatchRow {
  /** By which the Asks that are kept for it are known. */
  readonly watch: number;
}

/** A Watch stands now. */
export interface Kept {
  readonly became: 'new' | 'again' | 'replaced';
  readonly watch: number;
  /** The last event of the log. */
  readonly head: number;
}

/** Why a Watch does not stand. */
export type NotKept =
  | { readonly became: 'stale'; readonly seq: number }
  | { readonly became: 'unknown' }
  | { readonly became: 'expired'; readonly horizon: number }
  | { readonly became: 'ahead'; readonly head: number };

export type KeptWatch = Kept | NotKept;

/** What became of an Unwatch: ended now, ended by one before, or nothing was there. */
export type Unwatched = 'ended' | 'ended before' | 'unknown';

/** An Ask as the broker of a Watch may see it. */
export interface AskedEvent {
  readonly watch: number;
  /** Canonical text. */
  readonly document: string;
}

/** An Ask for the Watch of a broker, as the log has it. */
export interface LoggedAsk {
  readonly cursor: number;
  readonly document: string;
}

/** The verbs of the Watches over the market's store. */
export class WatchStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Keeps a Watch. The same one stands on; another text replaces where its Seq is higher. With a cursor it is taken up
   * again after that event, which the log must have; a broker's only where it stands at `now`, for nothing was kept for
   * one that does not.
   */
  keep(row: WatchRow, now: number, cursor: number | undefined): Promise<KeptWatch> {
    return this.#store.write((sql) => {
      const { watcher, id, seq, hash, brokerIp, expiresAt } = row;
      const { horizon, head } = reachOf(sql);
      if (cursor !== undefined && cursor < horizon) return { became: 'expired', horizon };
      if (cursor !== undefined && cursor > head) return { became: 'ahead', head };
      const found = sql.get<Pick<NumberedRow, 'watch' | 'seq' | 'hash' | 'expiresAt'>>(
        `SELECT watch, seq, hash, expires_at AS expiresAt FROM watches WHERE watcher = @watcher AND id = @id`,
        { watcher, id },
      );
      const before = found !== undefined && found.expiresAt > now ? found : undefined;
      if (before === undefined && brokerIp !== null && cursor !== undefined) return { became: 'unknown' };
      if (before !== undefined && before.hash !== hash && seq <= before.seq) {
        return { became: 'stale', seq: before.seq };
      }
      if (before !== undefined) {
        const { watch } = before;
        sql.run(
          `UPDATE watches SET seq = @seq, hash = @hash, broker_ip = @brokerIp, expires_at = @expiresAt
           WHERE watch = @watch`,
          { watch, seq, hash, brokerIp, expiresAt },
        );
        return { became: before.hash === hash ? 'again' : 'replaced', watch, head };
      }
      const added = sql.get<{ watch: number }>(
        `INSERT OR REPLACE INTO watches (watcher, id, seq, hash, broker_ip, expires_at)
         VALUES (@watcher, @id, @seq, @hash, @brokerIp, @expiresAt) RETURNING watch`,
        { watcher, id, seq, hash, brokerIp, expiresAt },
      );
      if (added === undefined) throw new Error('a Watch was kept without a number');
      return { became: 'new', watch: added.watch, head };
    });
  }

  /** Ends a Watch that stands at `now`, and remembers that, of the latest `most` that their senders took back. */
  end({ watcher, id }: WatchName, now: number, most: number): Promise<Unwatched> {
    return this.#store.write((sql) => {
      const revoked = { kind: 'watch', sender: watcher, id } as const;
      const isEnded =
        sql.run('DELETE FROM watches WHERE watcher = @watcher AND id = @id AND expires_at > @now', {
          watcher,
          id,
          now,
        }) > 0;
      if (!isEnded) return isRemembered(sql, revoked, now) ? 'ended before' : 'unknown';
      remember(sql, revoked, now, most);
      return 'ended';
    });
  }

  /** Forgets a Watch that does not stand after all, unless it came again. */
  drop(watch: number, { hash, expiresAt }: WatchRow): Promise<void> {
    return this.#store.write((sql) => {
      sql.run('DELETE FROM watches WHERE watch = @watch AND hash = @hash AND expires_at = @expiresAt', {
        watch,
        hash,
        expiresAt,
      });
    });
  }

  /** Forgets those of these Watches that have expired by `now`. */
  expire(watches: readonly number[], now: number): Promise<void> {
    return this.#store.write((sql) => {
      for (const watch of watches) {
        sql.run('DELETE FROM watches WHERE watch = @watch AND expires_at <= @now', { watch, now });
      }
    });
  }

  /** The Watches after a number, at most `most`, in its order. */
  watches(after: number, most: number): Promise<NumberedRow[]> {
    return this.#store.read((sql) =>
      sql.all<NumberedRow>(
        `SELECT watch, watcher, id, seq, hash, broker_ip AS brokerIp, expires_at AS expiresAt
         FROM watches WHERE watch > @after ORDER BY watch LIMIT @most`,
        { after, most },
      ),
    );
  }

  /** Writes Asks for brokers' Watches into the log; says the cursor of the first for each Watch. */
  ask(asks: readonly AskedEvent[], at: number): Promise<ReadonlyMap<number, number>> {
    return this.#store.write((sql) => {
      const first = new Map<number, number>();
      for (const { watch, document } of asks) {
        const cursor = ask(sql, watch, document, at);
        if (!first.has(watch)) first.set(watch, cursor);
      }
      return first;
    });
  }

  /** The Asks for a Watch from a cursor on, at most `most`, and what the log had forgotten then. */
  asksFrom(watch: number, cursor: number, most: number): Promise<{ asks: LoggedAsk[]; horizon: number }> {
    return this.#store.read((sql) => ({
      horizon: reachOf(sql).horizon,
      asks: sql.all<LoggedAsk>(
        'SELECT cursor, document FROM events WHERE watch = @watch AND cursor >= @cursor ORDER BY cursor LIMIT @most',
        { watch, cursor, most },
      ),
    }));
  }
}

function ask(sql: Sql, watch: number, document: string, at: number): number {
  const cursor = sql.insert(
    `INSERT INTO events (at, kind, document, watch) VALUES (@at, 'asked', @document, @watch)`,
    { at, document, watch },
  );
  sql.run('UPDATE events SET ended = cursor WHERE cursor = @cursor', { cursor });
  return cursor;
}
