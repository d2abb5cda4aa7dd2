import type { Sql, Store } from '../../platform/store/store.ts';
import type { Seen } from './look.ts';
import { pointsOf, pointsText, type Spread, spreadOf, thinned, together } from './points.ts';

/** An hour of one series, as its row has it: amounts in 10^-9 of the currency, as text. */
export interface HourRow extends Readonly<Record<keyof Spread, string>> {
  readonly hour: number;
  readonly series: number;
  readonly currency: string;
  readonly unit: string;
  readonly looks: number;
  readonly tells: number;
}

/** Which hours are asked for; a place is that of the last hour of the page before. */
export interface Asked {
  readonly application: string;
  readonly currency: string | undefined;
  readonly unit: string | undefined;
  readonly since: number;
  readonly before: { readonly hour: number; readonly series: number };
  readonly limit: number;
}

/** What Tells asked hour by hour, over the market's store. */
export class PriceStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds what was seen at one moment to its hour; `tells` there is the most of any moment. */
  add(seen: readonly Seen[], hour: number, mostPoints: number): Promise<void> {
    return this.#store.write((sql) => {
      for (const one of seen) addTo(sql, one, hour, mostPoints);
    });
  }

  /** Lets the amounts of hours that are over go, of which the spread says what there is to say; `most` of them at once. */
  close(hour: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `UPDATE price_hours SET points = NULL WHERE (series, hour) IN
           (SELECT series, hour FROM price_hours INDEXED BY price_hours_open WHERE points IS NOT NULL AND hour < @hour LIMIT @most)`,
        { hour, most },
      ),
    );
  }

  /** Forgets, of hours before `since` and of what is more than `keep` rows, at most `most`, oldest first, and counts them. */
  forget(since: number, keep: number, most: number): Promise<number> {
    return this.#store.write((sql) => {
      const rows = sql.get<{ rows: number }>('SELECT count(*) AS rows FROM price_hours')?.rows ?? 0;
      const tooMany = Math.min(most, Math.max(0, rows - keep));
      const oldest = `SELECT series, hour FROM price_hours INDEXED BY price_hours_by_hour`;
      let gone = sql.run(
        `DELETE FROM price_hours WHERE (series, hour) IN (${oldest} WHERE hour < @since ORDER BY hour, series LIMIT @most)`,
        { since, most },
      );
      if (tooMany > gone)
        gone += sql.run(
          `DELETE FROM price_hours WHERE (series, hour) IN (${oldest} ORDER BY hour, series LIMIT @more)`,
          { more: tooMany - gone },
        );
      if (gone > 0)
        sql.run(
          `DELETE FROM price_series WHERE series IN (SELECT series FROM price_series p WHERE NOT EXISTS
             (SELECT 1 FROM price_hours h WHERE h.series = p.series) LIMIT @most)`,
          { most },
        );
      return gone;
    });
  }

  /** The hours that are asked for, the newest first. */
  hours({ before, currency, unit, ...asked }: Asked): Promise<HourRow[]> {
    return this.#store.read((sql) =>
      sql.all<HourRow>(
        `SELECT hour, s.series, currency, unit, looks, tells, least, lower, median, upper, most
         FROM price_series s JOIN price_hours h ON h.series = s.series
         WHERE application = @application AND hour >= @since AND (hour, s.series) < (@hour, @series)
           AND (@currency IS NULL OR currency = @currency) AND (@unit IS NULL OR unit = @unit)
         ORDER BY hour DESC, s.series DESC LIMIT @limit`,
        { ...asked, ...before, currency: currency ?? null, unit: unit ?? null },
      ),
    );
  }
}

function addTo(sql: Sql, { points, ...series }: Seen, hour: number, mostPoints: number): void {
  const number = seriesOf(sql, series);
  const key = { series: number, hour };
  const before = sql.get<{ looks: number; tells: number; points: string | null }>(
    'SELECT looks, tells, points FROM price_hours WHERE series = @series AND hour = @hour',
    key,
  );
  const all = thinned(together(pointsOf(before?.points ?? '[]'), points), mostPoints);
  const spread = spreadOf(all);
  if (spread === undefined) return;
  const tells = [...points.values()].reduce((sum, times) => sum + times, 0);
  const texts = Object.fromEntries(Object.entries(spread).map(([name, nano]) => [name, String(nano)]));
  sql.run(
    `INSERT OR REPLACE INTO price_hours (hour, series, looks, tells, least, lower, median, upper, most, points)
     VALUES (@hour, @series, @looks, @tells, @least, @lower, @median, @upper, @most, @points)`,
    {
      ...key,
      ...texts,
      looks: (before?.looks ?? 0) + 1,
      tells: Math.max(before?.tells ?? 0, tells),
      points: pointsText(all),
    },
  );
}

function seriesOf(sql: Sql, { application, currency, unit }: Omit<Seen, 'points'>): number {
  const names = { application, currency, unit };
  const known = sql.get<{ series: number }>(
    'SELECT series FROM price_series WHERE application = @application AND currency = @currency AND unit = @unit',
    names,
  );
  if (known !== undefined) return known.series;
  return sql.insert(
    'INSERT INTO price_series (application, currency, unit) VALUES (@application, @currency, @unit)',
    names,
  );
}
