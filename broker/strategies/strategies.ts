import { type Price, priceOf } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import type { AccountSettings } from '../accounts/settings.ts';
import type { Amending } from './amending.ts';
import type { Countering } from './countering.ts';
import { curveOf } from './curve.ts';
import { FixedPricing } from './fixed-pricing.ts';
import { ListedOwners } from './listed-owners.ts';
import { LoadPricing } from './load-pricing.ts';
import { MarginCountering } from './margin-countering.ts';
import { NoWorse } from './no-worse.ts';
import { OwnerQuota } from './owner-quota.ts';
import type { Pricing } from './pricing.ts';
import { AllServing, type Serving } from './serving.ts';
import type { StrategySettings } from './settings.ts';

/** How a broker deals. */
export interface Strategies {
  readonly pricing: Pricing;
  readonly serving: Serving;
  readonly countering: Countering;
  readonly amending: Amending;
}

/** As the settings say. Throws a Refusal `bad-configuration` for a price in a currency that the broker does not run. */
export function strategiesOf(config: StrategySettings & Pick<AccountSettings, 'currencies'>): Strategies {
  const list = config.price.flatMap((text): Price[] => {
    const price = priceOf(text);
    return 'problem' in price ? [] : [price];
  });
  for (const { currency } of list)
    if (!config.currencies.includes(currency)) {
      const detail = `broker.price has a price in ${currency}, which broker.currencies does not have`;
      throw new Refusal(failure('bad-configuration', detail, `add ${currency} to broker.currencies`));
    }
  const curve = curveOf(config['price-curve']);
  const isFixed = curve === undefined || 'problem' in curve;
  return {
    pricing: isFixed ? new FixedPricing(list) : new LoadPricing(list, curve),
    serving: new AllServing([
      new ListedOwners(config['deal-allow'], config['deal-deny']),
      new OwnerQuota({
        openOffers: config['deal-offers-each'],
        agreements: config['deal-agreements-each'],
        cpuHours: config['deal-cpu-hours-each'],
      }),
    ]),
    countering: new MarginCountering({
      margin: config['counter-margin'],
      floor: config['counter-floor'],
      below: config['counter-below'],
    }),
    amending: new NoWorse(),
  };
}
