import { priceOf } from '../../grammar/index.ts';
import { choice, count, list } from '../../platform/config/units.ts';
import { curveOf } from './curve.ts';

/** Settings of how the broker deals, among those of the broker. */
export const strategySettings = {
  price: list('text', [], {
    says: "What a node costs whose owner says no Price: such as '0.03 EUR/cpu-h + 0.05 EUR/job', one for each currency, of those in broker.currencies. Without one it costs nothing.",
    check: problemOfPrices,
  }),
  'price-curve': list('text', [], {
    says: 'How the price goes with load: points such as 0=50, 80=100, 100=300, in order: at so many hundredths of a node taken, so many hundredths of broker.price, between two points along the line through them. Without points it is the same always.',
    check: (texts) => {
      const curve = curveOf(texts);
      return curve !== undefined && 'problem' in curve ? curve.problem : undefined;
    },
  }),
  'price-step': count(5, {
    says: 'By how many hundredths of what was told the price of a node must have changed for the market to be told.',
    max: 100_000,
  }),
  'deal-allow': list('text', ['*'], { says: 'Owners with whom the broker makes deals; * is everybody.' }),
  'deal-deny': list('text', [], {
    says: 'Owners with whom the broker makes no deals, whoever is allowed; * is everybody.',
  }),
  'deal-offers-each': count(16, {
    says: 'How many Offers to one owner may be open at once; another Ask is declined.',
    min: 1,
  }),
  'deal-agreements-each': count(1_000, {
    says: 'How many agreements of one owner may stand at once; another Ask is declined.',
    min: 1,
  }),
  'deal-cpu-hours-each': count(undefined, {
    says: 'How many cpu-hours (Cpus times Walltime times Tasks) the open Offers and agreements of one owner may come to at once; without it they are not counted.',
  }),
  'counter-margin': count(0, {
    says: 'By how many hundredths a Counter may go below the price that was offered and be taken at once.',
    max: 100,
  }),
  'counter-floor': count(100, {
    says: 'Below how many hundredths of what the node costs now no Counter is taken.',
    max: 100,
  }),
  'counter-below': choice(['refuse', 'price'], 'refuse', {
    says: 'What a Counter that offers less is answered: that it is refused, or an Offer at the least price that is taken.',
  }),
};

/** What of them strategies are given. */
export interface StrategySettings {
  readonly price: readonly string[];
  readonly 'price-curve': readonly string[];
  readonly 'deal-allow': readonly string[];
  readonly 'deal-deny': readonly string[];
  readonly 'deal-offers-each': number;
  readonly 'deal-agreements-each': number;
  readonly 'deal-cpu-hours-each'?: number | undefined;
  readonly 'counter-margin': number;
  readonly 'counter-floor': number;
  readonly 'counter-below': 'refuse' | 'price';
}

function problemOfPrices(texts: readonly string[]): string | undefined {
  const currencies = new Set<string>();
  for (const text of texts) {
    const price = priceOf(text);
    if ('problem' in price) return `'${text}' ${price.problem}`;
    if (currencies.has(price.currency))
      return `has two prices in ${price.currency}; put a plus between their rates`;
    currencies.add(price.currency);
  }
  return undefined;
}
