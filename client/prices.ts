import { type PriceHour, type PriceNow, type PricePage, pricePage } from '../protocol/prices.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';
import { queryOf } from './query.ts';

/** Of which prices somebody wants to hear. */
interface PricesOf {
  readonly currency?: string | undefined;
  readonly unit?: string | undefined;
  /** Hours from then on, in milliseconds since 1970. */
  readonly since?: number | undefined;
}

/** What applications cost at a market. Each call throws a ServiceFailure where it is refused or not answered. */
export class PricesClient {
  readonly #address: ServiceAddress;

  constructor(address: ServiceAddress) {
    this.#address = address;
  }

  /** What live Tells of an application ask now, each currency and unit. */
  async now(application: string, of: PricesOf = {}, options: CallOptions = {}): Promise<PriceNow[]> {
    return (await this.#page({ ...of, application, limit: 0 }, options)).now;
  }

  /** What they asked hour by hour, the newest first, page by page. */
  async *hours(
    application: string,
    of: PricesOf = {},
    options: CallOptions = {},
  ): AsyncGenerator<PriceHour, void, void> {
    for (let before: string | null | undefined; before !== null; ) {
      const page = await this.#page({ ...of, application, before }, options);
      yield* page.hours;
      before = page.next;
    }
  }

  #page(query: Parameters<typeof queryOf>[0], options: CallOptions): Promise<PricePage> {
    return requestJson(this.#address, `/market/v1/prices?${queryOf(query)}`, pricePage, options);
  }
}
