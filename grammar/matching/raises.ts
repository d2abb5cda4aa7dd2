import type { Budget } from '../documents/model.ts';
import type { Matcher } from './matcher.ts';

interface Sums {
  least: bigint;
  most: bigint;
}

/** What the Tells cost that Budgets alone keep from matching, by the currency of a Budget. */
export class Raises {
  readonly #matcher: Matcher;
  readonly #sums = new Map<string, Sums>();

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  /** Takes a row that the Budgets alone keep from matching, and returns what effort that was. */
  take(row: number): number {
    const before = this.#matcher.costing;
    for (const { currency, nano } of this.#matcher.estimates(row)) {
      const sums = this.#sums.get(currency);
      if (sums === undefined) this.#sums.set(currency, { least: nano, most: nano });
      else if (nano < sums.least) sums.least = nano;
      else if (nano > sums.most) sums.most = nano;
    }
    return this.#matcher.costing - before;
  }

  /**
   * What a Budget may be raised to, in 10^-9 of its currency: the least that will do for one Tell, then what will do for
   * each that takes the currency, of which a Count may want several.
   */
  of({ currency }: Budget): readonly bigint[] {
    const { least, most } = this.#sums.get(currency) ?? {};
    if (least === undefined || most === undefined) return [];
    return least === most ? [least] : [least, most];
  }
}
