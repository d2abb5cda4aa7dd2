import { count, duration } from '../../platform/config/units.ts';

/** Settings of what is told of deals, among those of the broker. */
export const dealEventSettings = {
  'deal-events-a-page': count(1_000, {
    says: 'How many events of deals stand on one page at most, and are read together for a Watch.',
    min: 1,
  }),
  'deal-events-kept': duration('7 d', {
    says: 'How long events of deals are kept for those who go on from a cursor.',
  }),
  'most-deal-events': count(10_000_000, {
    says: 'How many events of deals are kept at most; the oldest go first.',
    min: 1,
  }),
  'deal-watches-each': count(100, { says: 'How many Watches of deals a user may have at once.', min: 1 }),
  'most-deal-watches': count(10_000, { says: 'How many Watches of deals there may be at once.', min: 1 }),
  'deal-watch-lifetime': duration('1 h', {
    says: 'How long a Watch of deals stands that does not say it by Expires.',
    min: '1 s',
  }),
};

/** What of them the log and its Watches are given. */
export interface DealEventSettings {
  readonly 'deal-events-a-page': number;
  /** Milliseconds, as all that follow. */
  readonly 'deal-events-kept': number;
  readonly 'most-deal-events': number;
  readonly 'deal-watches-each': number;
  readonly 'most-deal-watches': number;
  readonly 'deal-watch-lifetime': number;
  readonly 'longest-wait': number;
}
