import { nanoText, type Supply } from '../../grammar/index.ts';
import type { Slices } from '../../platform/slices.ts';
import type { Store } from '../../platform/store/store.ts';
import type { PriceHour, PriceNow, PricePage, PriceQuery } from '../../protocol/prices.ts';
import { seenIn } from './look.ts';
import { type Spread, spreadOf } from './points.ts';
import type { PriceSettings } from './settings.ts';
import { type HourRow, type Place, PriceStore } from './store.ts';

interface PricesParts {
  readonly config: PriceSettings;
  readonly store: Store;
  /** The live Tells. */
  readonly supply: Supply;
  readonly slices: Slices;
}

const msAnHour = 3_600_000;
/** How many series one commit takes in, and rows one step of housekeeping. */
const seriesAStep = 50;
const rowsAStep = 1_000;

/**
 * What live Tells ask, and what they asked hour by hour. It looks at them now and then, so that who tells waits for
 * nothing, and a Tell counts for as long as it lives, however seldom it is told.
 */
export class Prices {
  readonly #config: PriceSettings;
  readonly #store: PriceStore;
  readonly #supply: Supply;
  readonly #slices: Slices;
  #lookedAt: number | undefined;

  constructor({ config, store, supply, slices }: PricesParts) {
    this.#config = config;
    this.#store = new PriceStore(store);
    this.#supply = supply;
    this.#slices = slices;
  }

  /** Housekeeping: looks where it is time to, and forgets what is too old. */
  async sweep(now: number): Promise<void> {
    const since = now - (this.#lookedAt ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back holds nothing up.
    if (since >= this.#config['price-interval'] || since < 0) {
      this.#lookedAt = now;
      await this.#look(now);
    }
    while ((await this.#store.close(hourOf(now), rowsAStep)) === rowsAStep);
    const { 'price-history': keptMs, 'most-price-rows': most } = this.#config;
    while ((await this.#store.forget(now - keptMs, most, rowsAStep)) >= rowsAStep);
  }

  /** What one application costs: now, unless an earlier page is asked for, and hour by hour. */
  async page({ application, currency, unit, since = 0, before, limit }: PriceQuery): Promise<PricePage> {
    const most = this.#config['prices-a-page'];
    const place = before === undefined ? undefined : placeOf(before);
    const wanted = Math.min(limit ?? most, most);
    const now = place === undefined ? await this.#now(application) : [];
    const rows = await this.#store.hours({
      ...{ application, currency, unit, since, before: place },
      limit: wanted + 1,
    });
    const hours = rows.slice(0, wanted);
    const last = hours.at(-1);
    const isWanted = (one: PriceNow) =>
      (currency === undefined || one.currency === currency) && (unit === undefined || one.unit === unit);
    return {
      application,
      now: now
        .filter(isWanted)
        .toSorted((a, b) => b.tells - a.tells)
        .slice(0, most),
      hours: hours.map(viewOf),
      next: rows.length > wanted && last !== undefined ? textOf(last) : null,
    };
  }

  async #look(now: number): Promise<void> {
    const seen = await this.#seen(undefined);
    for (let from = 0; from < seen.length; from += seriesAStep) {
      const some = seen.slice(from, from + seriesAStep);
      await this.#store.add(some, hourOf(now), this.#config['prices-an-hour']);
      await this.#slices.rest();
    }
  }

  async #now(application: string): Promise<PriceNow[]> {
    return (await this.#seen(application)).flatMap(({ currency, unit, points }) => {
      const spread = spreadOf(points);
      if (spread === undefined) return [];
      const tells = [...points.values()].reduce((sum, times) => sum + times, 0);
      return { currency, unit, tells, ...textsOf(spread) };
    });
  }

  #seen(application: string | undefined) {
    const rules = {
      application,
      mostSeries: this.#config['most-price-series'],
      mostPoints: this.#config['prices-an-hour'],
    };
    return this.#slices.run(seenIn(this.#supply, rules));
  }
}

function hourOf(at: number): number {
  return Math.floor(at / msAnHour) * msAnHour;
}

/** A place as the next of a page says it. */
function textOf({ hour, currency, unit }: Place): string {
  return [hour, currency, unit].join('.');
}

function placeOf(text: string): Place {
  const [hour, currency = '', unit = ''] = text.split('.');
  return { hour: Number(hour), currency, unit };
}

function viewOf({ hour, currency, unit, looks, tells, ...spread }: HourRow): PriceHour {
  const { least, lower, median, upper, most } = spread;
  const nano = (text: string) => nanoText(BigInt(text));
  return {
    ...{ hour, looks, currency, unit, tells },
    ...{ least: nano(least), lower: nano(lower), median: nano(median), upper: nano(upper), most: nano(most) },
  };
}

function textsOf({ least, lower, median, upper, most }: Spread): Readonly<Record<keyof Spread, string>> {
  return {
    least: nanoText(least),
    lower: nanoText(lower),
    median: nanoText(median),
    upper: nanoText(upper),
    most: nanoText(most),
  };
}
