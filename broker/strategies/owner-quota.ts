import type { DealUse, Served, Serving } from './serving.ts';

/** How much of deals one owner may have at once. */
export interface QuotaRules {
  readonly openOffers: number;
  readonly agreements: number;
  /** Of open Offers and agreements together; undefined where they are not counted. */
  readonly cpuHours: number | undefined;
}

/** Serves an owner up to so much at once. */
export class OwnerQuota implements Serving {
  readonly #rules: QuotaRules;

  constructor(rules: QuotaRules) {
    this.#rules = rules;
  }

  mayDeal(_owner: string, use: DealUse, wanted: number | undefined): Served {
    const { openOffers, agreements, cpuHours } = this.#rules;
    if (use.openOffers >= openOffers)
      return no(`you have ${use.openOffers} open Offers, and may have ${openOffers}: accept or reject some`);
    if (use.agreements >= agreements)
      return no(`you have ${use.agreements} agreements, and may have ${agreements}: complete some`);
    if (cpuHours === undefined) return { ok: true };
    if (wanted === undefined)
      return no(`say Walltime: an owner may have ${cpuHours} cpu-hours agreed at once`);
    if (use.cpuHours + wanted <= cpuHours) return { ok: true };
    const had = `${hours(use.cpuHours)} cpu-hours are offered to you or agreed`;
    return no(`${had}, and with ${hours(wanted)} more it is more than ${cpuHours} at once`);
  }
}

function no(text: string): Served {
  return { ok: false, text };
}

/** To hundredths. */
function hours(amount: number): string {
  return String(Math.round(amount * 100) / 100);
}
