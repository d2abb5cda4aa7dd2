import type { Sql, Store } from '../../platform/store/store.ts';
import type { Seen } from './look.ts';
import { pointsOf, pointsText, type Spread, spreadOf, thinned, together } from './points.ts';

/** An hour of one series, as its row has it: amounts in 10^-9 of the currency, as text. */
export interface HourRow extends Readonly<Record<keyof Spread, string>> {
  readonly hour: number;
  readonly currency: string;
  readonly unit: string;
  readonly looks: number;
  readonly tells: number;
}

/** An hour of a series of an application. */
export type Place = Pick<HourRow, 'hour' | 'currency' | 'unit'>;

/** Which hours are asked for: those before a place, that of the last hour of the page before. */
export interface Asked {
  readonly application: string;
  readonly currency: string | undefined;
  readonly unit: string | undefined;
  readonly since: number;
  readonly before: Place | undefined;
  readonly limit: number;
}

/** What says which row it is. */
const key = 'application, hour, currency, unit';

/** Before it stands every hour. */
const end: Place = { hour: Number.MAX_SAFE_INTEGER, currency: '', unit: '' };

/** What Tells asked hour by hour, over the market's store. */
export class PriceStore {
  readonly #store: Store;
  /** How many rows there are: counted once, for that takes long of a million. */
  #rows: number | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds what was seen at one moment to its hour; `tells` there is the most of any moment. */
  async add(seen: readonly Seen[], hour: number, mostPoints: number): Promise<void> {
    const isNew = await this.#store.write((sql) => seen.map((one) => addTo(sql, one, hour, mostPoints)));
    if (this.#rows !== undefined) this.#rows += isNew.filter(Boolean).length;
  }

  /** Lets the amounts of hours that are over go, of which the spread says what there is to say; `most` of them at once. */
  close(hour: number, most: number): Promise<number> {
    return this.#store.write((sql) =>
      sql.run(
        `UPDATE price_hours SET points = NULL WHERE (${key}) IN
           (SELECT ${key} FROM price_hours INDEXED BY price_hours_open WHERE points IS NOT NULL AND hour < @hour LIMIT @most)`,
        { hour, most },
      ),
    );
  }

  /** Forgets, of hours before `since` and of what is more than `keep` rows, at most `most`, oldest first, and counts them. */
  async forget(since: number, keep: number, most: number): Promise<number> {
    this.#rows ??= await this.#store.read(rowsIn);
    const rows = this.#rows;
    const gone = await this.#store.write((sql) => {
      const tooMany = Math.min(most, Math.max(0, rows - keep));
      const oldest = `SELECT ${key} FROM price_hours INDEXED BY price_hours_by_hour`;
      let gone = sql.run(
        `DELETE FROM price_hours WHERE (${key}) IN (${oldest} WHERE hour < @since ORDER BY hour LIMIT @most)`,
        { since, most },
      );
      if (tooMany > gone)
        gone += sql.run(`DELETE FROM price_hours WHERE (${key}) IN (${oldest} ORDER BY hour LIMIT @more)`, {
          more: tooMany - gone,
        });
      return gone;
    });
    this.#rows = rows - gone;
    return gone;
  }

  /** The hours that are asked for, the newest first. */
  hours({ application, since, limit, before = end, currency, unit }: Asked): Promise<HourRow[]> {
    // What the place says is said again as the index has it, so that nothing before it is looked at.
    const along =
      currency !== undefined
        ? `INDEXED BY price_hours_by_currency WHERE currency = @currency AND hour <= @hour
             AND (@unit IS NULL OR unit = @unit)`
        : unit !== undefined
          ? `INDEXED BY price_hours_by_unit WHERE unit = @unit AND (hour, currency) <= (@hour, @beforeCurrency)`
          : 'WHERE true';
    return this.#store.read((sql) =>
      sql.all<HourRow>(
        `SELECT hour, currency, unit, looks, tells, least, lower, median, upper, most FROM price_hours ${along}
           AND application = @application AND hour >= @since
           AND (hour, currency, unit) < (@hour, @beforeCurrency, @beforeUnit)
         ORDER BY hour DESC, currency DESC, unit DESC LIMIT @limit`,
        {
          ...{ application, since, limit },
          ...(currency === undefined ? {} : { currency }),
          ...(currency === undefined && unit === undefined ? {} : { unit: unit ?? null }),
          ...{ hour: before.hour, beforeCurrency: before.currency, beforeUnit: before.unit },
        },
      ),
    );
  }
}

function rowsIn(sql: Sql): number {
  return sql.get<{ rows: number }>('SELECT count(*) AS rows FROM price_hours')?.rows ?? 0;
}

/** Says whether that is a new row. */
function addTo(
  sql: Sql,
  { points, application, currency, unit }: Seen,
  hour: number,
  mostPoints: number,
): boolean {
  const series = { application, hour, currency, unit };
  const before = sql.get<{ looks: number; tells: number; points: string | null }>(
    `SELECT looks, tells, points FROM price_hours
     WHERE application = @application AND hour = @hour AND currency = @currency AND unit = @unit`,
    series,
  );
  // The clock was set back into an hour that is over: what that was stays.
  if (before !== undefined && before.points === null) return false;
  const all = thinned(together(pointsOf(before?.points ?? '[]'), points), mostPoints);
  const spread = spreadOf(all);
  if (spread === undefined) return false;
  const tells = [...points.values()].reduce((sum, times) => sum + times, 0);
  const texts = Object.fromEntries(Object.entries(spread).map(([name, nano]) => [name, String(nano)]));
  sql.run(
    `INSERT OR REPLACE INTO price_hours (${key}, looks, tells, least, lower, median, upper, most, points)
     VALUES (@application, @hour, @currency, @unit, @looks, @tells, @least, @lower, @median, @upper, @most, @points)`,
    {
      ...series,
      ...texts,
      looks: (before?.looks ?? 0) + 1,
      tells: Math.max(before?.tells ?? 0, tells),
      points: pointsText(all),
    },
  );
  return before === undefined;
}
