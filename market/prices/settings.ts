import { count, duration } from '../../platform/config/units.ts';

/** Settings of what is kept of prices, among those of the market. */
export const priceSettings = {
  'price-interval': duration('10 min', {
    says: 'How often the market looks at what live Tells ask, for the history of prices.',
    min: '1 min',
    max: '1 h',
  }),
  'price-history': duration('30 d', { says: 'How long the history of prices goes back.', min: '1 h' }),
  'most-price-rows': count(1_000_000, {
    says: 'How many rows the history of prices has at most: one for each hour, application, currency and unit; the oldest go first.',
    min: 1,
  }),
  'most-price-series': count(10_000, {
    says: 'Of how many applications, currencies and units at once the market counts prices; of more it counts none.',
    min: 1,
  }),
  'prices-an-hour': count(256, {
    says: 'How many different amounts of an application, currency and unit are told apart in an hour; of more, those close to each other count as one.',
    min: 2,
    max: 10_000,
  }),
  'prices-a-page': count(1_000, {
    says: 'How many hours of prices stand on one page at most, and how many prices of now: those that most Tells ask.',
    min: 1,
  }),
};

/** What of them the history of prices is given. */
export interface PriceSettings {
  readonly 'price-interval': number;
  readonly 'price-history': number;
  readonly 'most-price-rows': number;
  readonly 'most-price-series': number;
  readonly 'prices-an-hour': number;
  readonly 'prices-a-page': number;
}
