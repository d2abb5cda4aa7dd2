import type { Sql, Store } from '../platform/store/store.ts';

/** A row of the Tells: `document` is canonical text. */
export interface TellRow {
  application: string;
  brokerIp: string;
  document: string;
  expiresAt: number;
}

/** What became of a Tell: the first of its name, the same as before, or another text in its place. */
export type Told = 'new' | 'renewed' | 'replaced';

/** The verbs of the market over its store. */
export class MarketStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a Tell. One that is told again unchanged lives on; one that had lapsed by `now` is told anew. */
  tell(row: TellRow, now: number): Promise<Told> {
    return this.#store.write((sql) => {
      if (renew(sql, row, now)) return 'renewed';
      const replaced = remove(sql, row);
      sql.run(
        `INSERT INTO tells (application, broker_ip, document, expires_at)
         VALUES (@application, @brokerIp, @document, @expiresAt)`,
        { ...row },
      );
      return replaced ? 'replaced' : 'new';
    });
  }

  /** The live Tells after `place`, in the order in which they were told, at most `most` of them. */
  live(now: number, after: number, most: number): Promise<(TellRow & { place: number })[]> {
    return this.#store.read((sql) =>
      sql.all<TellRow & { place: number }>(
        `SELECT place, application, broker_ip AS brokerIp, document, expires_at AS expiresAt
         FROM tells WHERE place > @after AND expires_at > @now ORDER BY place LIMIT @most`,
        { now, after, most },
      ),
    );
  }

  /** Removes at most `most` of the Tells that have expired, and names them. */
  expire(now: number, most: number): Promise<Pick<TellRow, 'application' | 'brokerIp'>[]> {
    return this.#store.write((sql) =>
      sql.all<Pick<TellRow, 'application' | 'brokerIp'>>(
        `DELETE FROM tells WHERE place IN
           (SELECT place FROM tells WHERE expires_at <= @now ORDER BY expires_at LIMIT @most)
         RETURNING application, broker_ip AS brokerIp`,
        { now, most },
      ),
    );
  }
}

function renew(sql: Sql, row: TellRow, now: number): boolean {
  const changed = sql.run(
    `UPDATE tells SET expires_at = @expiresAt
     WHERE application = @application AND broker_ip = @brokerIp AND document = @document AND expires_at > @now`,
    { ...row, now },
  );
  return changed === 1;
}

function remove(sql: Sql, { application, brokerIp }: TellRow): boolean {
  return (
    sql.run('DELETE FROM tells WHERE application = @application AND broker_ip = @brokerIp', {
      application,
      brokerIp,
    }) === 1
  );
}
