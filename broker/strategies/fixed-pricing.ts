import { type Price, priceText } from '../../grammar/index.ts';
import type { Pricing } from './pricing.ts';

/** The same prices at any time. */
export class FixedPricing implements Pricing {
  readonly goesWithLoad = false;
  readonly #texts: readonly string[];

  constructor(list: readonly Price[]) {
    this.#texts = list.map(priceText);
  }

  prices(): readonly string[] {
    return this.#texts;
  }
}
