import { type Price, priceText } from '../../grammar/index.ts';
import type { CounterAnswer, CounterCase, Countering } from './countering.ts';

/** How far a broker lets itself be bargained down. */
export interface MarginRules {
  /** How much below what was offered is taken at once, in hundredths of it. */
  readonly margin: number;
  /** Below so many hundredths of what the Tell asks now nothing is taken, however often it is countered. */
  readonly floor: number;
  /** What is said to less: that it is refused, or the least that is taken. */
  readonly below: 'refuse' | 'price';
}

type Rate = Price['rates'][number];

/**
 * Takes a price in which no rate is below the margin or the floor, by whichever is higher. A price that charges for other
 * things is compared rate by rate: what the broker asks for and the Counter does not pay is 0.
 */
export class MarginCountering implements Countering {
  readonly #rules: MarginRules;

  constructor(rules: MarginRules) {
    this.#rules = rules;
  }

  answer({ offered, proposed, list }: CounterCase): CounterAnswer {
    const asked = offered ?? list;
    if (asked === undefined) return { answer: 'accept' };
    const least = this.#least(asked, list);
    if (proposed === undefined || proposed.currency !== asked.currency)
      return this.#below(least, `it costs ${priceText(asked)}`);
    const paid = ratesOf(proposed);
    const isEnough = least.rates.every(({ per, nano }) => (paid.get(per) ?? 0n) >= nano);
    return isEnough ? { answer: 'accept' } : this.#below(least, `${priceText(proposed)} is too little`);
  }

  #below(least: Price, text: string): CounterAnswer {
    if (this.#rules.below === 'price') return { answer: 'price', price: priceText(least) };
    return { answer: 'refuse', text };
  }

  /** Rounded up: nothing is taken below the margin or the floor, by however little. */
  #least(asked: Price, list: Price | undefined): Price {
    const { margin, floor } = this.#rules;
    const listed = list?.currency === asked.currency ? ratesOf(list) : new Map<Rate['per'], bigint>();
    const names = new Set([...ratesOf(asked).keys(), ...listed.keys()]);
    const rates = [...names].map((per) => {
      const byMargin = hundredths(ratesOf(asked).get(per) ?? 0n, 100 - margin);
      const byFloor = hundredths(listed.get(per) ?? 0n, floor);
      return { per, nano: byMargin > byFloor ? byMargin : byFloor };
    });
    return { currency: asked.currency, rates, header: '' };
  }
}

/** The sum of the rates of each unit: one may stand twice, and a plain amount is one a job. */
function ratesOf({ rates }: Price): Map<Rate['per'], bigint> {
  const sums = new Map<Rate['per'], bigint>();
  for (const { per = 'job', nano } of rates) sums.set(per, (sums.get(per) ?? 0n) + nano);
  return sums;
}

function hundredths(nano: bigint, of: number): bigint {
  return (nano * BigInt(of) + 99n) / 100n;
}
