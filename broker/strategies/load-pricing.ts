import { type Price, priceText } from '../../grammar/index.ts';
import { alongCurve, type Curve } from './curve.ts';
import type { Priced, Pricing } from './pricing.ts';

/** Prices that go along a curve with how much of the node is taken. */
export class LoadPricing implements Pricing {
  readonly goesWithLoad = true;
  readonly #list: readonly Price[];
  readonly #curve: Curve;

  constructor(list: readonly Price[], curve: Curve) {
    this.#list = list;
    this.#curve = curve;
  }

  prices({ utilisation }: Pick<Priced, 'utilisation'>): readonly string[] {
    return this.#list.map(({ currency, rates }) =>
      priceText({
        currency,
        rates: rates.map(({ nano, per }) => ({ nano: alongCurve(this.#curve, utilisation, nano), per })),
      }),
    );
  }
}
