import type { Sql, Store } from '../platform/store/store.ts';

/** A Tell as it is kept; `place` orders Tells by when they were told. */
export interface TellRow {
  /** Who told it; empty for version 0.1. */
  readonly teller: string;
  readonly id: string;
  readonly seq: number;
  /** The document hash; null for version 0.1. */
  readonly hash: string | null;
  /** Canonical text. */
  readonly document: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface PlacedRow extends TellRow {
  readonly place: number;
}

/** What names a Tell. */
export type TellName = Pick<TellRow, 'teller' | 'id'>;

/** Where a Tell is kept: at a new place, or where it was. */
export interface Kept {
  readonly became: 'told' | 'renewed';
  readonly place: number;
}

/** A Tell is no newer than the one that is there, which has this Seq. */
export interface Stale {
  readonly became: 'stale';
  readonly seq: number;
}

/** What became of an Untell: taken back now, taken back before, or nothing was there. */
export type Untold = 'untold' | 'untold before' | 'unknown';

/** The verbs of the market over its store. */
export class MarketStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Keeps a Tell. One that is told again unchanged lives on; one that had lapsed by `now` is told anew. Another text
   * replaces: of version 1.0 only where its Seq is higher.
   */
  tell(row: TellRow, now: number): Promise<Kept | Stale> {
    return this.#store.write((sql) => {
      const before = liveRow(sql, row, now);
      if (before !== undefined && (before.document === row.document || isSame(before.hash, row.hash))) {
        const { place } = before;
        const { expiresAt } = row;
        sql.run('UPDATE tells SET expires_at = @expiresAt WHERE place = @place', { expiresAt, place });
        return { became: 'renewed', place };
      }
      if (before !== undefined && row.hash !== null && row.seq <= before.seq) {
        return { became: 'stale', seq: before.seq };
      }
      const placed = sql.get<{ place: number }>(
        `INSERT OR REPLACE INTO tells (teller, id, seq, hash, document, expires_at)
         VALUES (@teller, @id, @seq, @hash, @document, @expiresAt) RETURNING place`,
        { ...row },
      );
      if (placed === undefined) throw new Error('a Tell was stored at no place');
      return { became: 'told', place: placed.place };
    });
  }

  /** Takes a live Tell back, and remembers that until `until`. */
  untell({ teller, id }: TellName, now: number, until: number): Promise<Untold> {
    return this.#store.write((sql) => {
      const name = { teller, id };
      const live = liveRow(sql, name, now);
      if (live === undefined) {
        const before = sql.get(
          'SELECT 1 FROM untold WHERE teller = @teller AND id = @id AND expires_at > @now',
          { ...name, now },
        );
        return before === undefined ? 'unknown' : 'untold before';
      }
      sql.run('DELETE FROM tells WHERE place = @place', { place: live.place });
      sql.run('INSERT OR REPLACE INTO untold (teller, id, expires_at) VALUES (@teller, @id, @until)', {
        ...name,
        until,
      });
      return 'untold';
    });
  }

  /** The live Tells after `place`, in the order in which they were told, at most `most` of them. */
  live(now: number, after: number, most: number): Promise<PlacedRow[]> {
    return this.#store.read((sql) =>
      sql.all<PlacedRow>(
        `SELECT place, teller, id, seq, hash, document, expires_at AS expiresAt
         FROM tells WHERE place > @after AND expires_at > @now ORDER BY place LIMIT @most`,
        { now, after, most },
      ),
    );
  }

  /** Removes at most `most` of the Tells that have expired, and names them. */
  expire(now: number, most: number): Promise<TellName[]> {
    return this.#store.write((sql) =>
      sql.all<TellName>(
        `DELETE FROM tells WHERE place IN
           (SELECT place FROM tells WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)
         RETURNING teller, id`,
        { now, most },
      ),
    );
  }

  /** Forgets at most `most` of the Ids that were taken back so long ago that nobody repeats it, and counts them. */
  forgetUntold(now: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `DELETE FROM untold WHERE (teller, id) IN
           (SELECT teller, id FROM untold WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)`,
        { now, most },
      ),
    );
  }
}

function liveRow(sql: Sql, { teller, id }: TellName, now: number): PlacedRow | undefined {
  return sql.get<PlacedRow>(
    `SELECT place, teller, id, seq, hash, document, expires_at AS expiresAt
     FROM tells WHERE teller = @teller AND id = @id AND expires_at > @now`,
    { teller, id, now },
  );
}

function isSame(a: string | null, b: string | null): boolean {
  return a !== null && a === b;
}
