import { boolean, count, duration } from '../../platform/config/units.ts';

/** Settings of offers and agreements, among those of the broker. */
export const dealSettings = {
  deals: boolean(true, {
    says: 'Whether Asks of version 1.0 are answered with Offers of the nodes whose agents are enrolled here; else with a Host.',
  }),
  'offer-lifetime': duration('2 min', {
    says: 'How long an Offer is open, and what it offers held.',
    min: '1 s',
    max: '1 d',
  }),
  'amend-lifetime': duration('10 min', {
    says: 'How long an Amend waits for its answer that does not say it by Expires.',
    min: '1 s',
    max: '1 d',
  }),
  'counter-rounds': count(8, { says: 'How often one Ask may be countered.' }),
  'offers-share': count(50, {
    says: 'How many hundredths of all that is lent the open Offers of one owner may hold; an Ask that would hold more is declined, but for the first.',
    min: 1,
    max: 100,
  }),
  'deal-walltime': duration('1 h', {
    says: 'How long a task under an agreement is taken to run where the Ask says no Walltime.',
    min: '1 s',
  }),
  'deal-margin': duration('5 min', {
    says: 'How long an agreement lasts beyond what its tasks need, for their files to come and go.',
  }),
  'deal-horizon': duration('30 d', { says: 'How far ahead capacity is promised at most.', min: '1 h' }),
  'deal-least-cpus': count(1, {
    says: 'How many hundredths of a cpu a slot takes at least; an Ask or an Amend for less is declined: what pays for none may yet use a whole one.',
  }),
  'most-slots': count(10_000, {
    says: 'How many slots at once an Offer may have; an Ask whose Count is above it is declined.',
    min: 1,
  }),
  'deal-documents-each': count(100_000, {
    says: 'How many documents of deals of one owner are kept, so that one said again is answered as before; beyond, more are declined.',
    min: 100,
  }),
  'deals-a-page': count(500, { says: 'How many deals a list has at most.', min: 1 }),
  'offers-kept': duration('1 d', {
    says: 'How long Offers that came to nothing are kept, and what was said of any deal after its end.',
    min: '1 min',
  }),
  'agreements-kept': duration('90 d', {
    says: 'How long agreements and their Bills are kept after their end.',
    min: '1 min',
  }),
};

/** What of them deals are given; durations in milliseconds. */
export interface DealSettings {
  readonly 'offer-lifetime': number;
  readonly 'amend-lifetime': number;
  readonly 'counter-rounds': number;
  readonly 'offers-share': number;
  readonly 'deal-walltime': number;
  readonly 'deal-margin': number;
  readonly 'deal-horizon': number;
  readonly 'deal-least-cpus': number;
  readonly 'most-slots': number;
  readonly 'deal-documents-each': number;
  readonly 'deals-a-page': number;
  readonly 'offers-kept': number;
  readonly 'agreements-kept': number;
}
