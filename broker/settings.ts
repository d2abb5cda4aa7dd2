import { z } from 'zod';
import { count, duration, list } from '../platform/config/units.ts';
import { accountSettings } from './accounts/settings.ts';
import { agentSessionSettings } from './agents/settings.ts';
import { dealEventSettings } from './deals/event-settings.ts';
import { dealSettings } from './deals/settings.ts';
import { identitySettings } from './identities/settings.ts';
import { jobSettings } from './jobs/settings.ts';
import { sharingSettings } from './sharing/settings.ts';
import { stagingSettings } from './staging/settings.ts';
import { strategySettings } from './strategies/settings.ts';

export const brokerSettings = z.strictObject({
  applications: list('text', [], {
    says: 'Applications that the broker tells to the market beside those of the nodes that it learns from infogather.',
  }),
  'fresh-within': duration('30 s', {
    says: 'How recently a node must have answered a poll, by arrival, for the broker to name its Host.',
  }),
  'nodes-kept': duration('500 ms', {
    says: 'How long the nodes of an application that infogather named serve further Asks for it.',
    min: '0 ms',
  }),
  'applications-kept': count(1_000, {
    says: 'For how many applications at once Asks share what infogather named; beyond, the oldest is let go.',
    min: 1,
  }),
  'learn-interval': duration('2 s', {
    says: 'How often the broker asks infogather for its nodes and what they offer.',
  }),
  'renew-interval': duration('10 min', {
    says: 'How often each node and application is told to the market again, well below market.tell-lifetime; Tells of nodes live three times as long.',
  }),
  'change-interval': duration('10 s', {
    says: 'How long after a node was told the market is told how its load and disk have changed.',
  }),
  'load-step': count(10, {
    says: 'By how many hundredths the load of a node must have changed for the market to be told.',
  }),
  'disk-step': count(10, {
    says: 'By how many hundredths of what was told the disk that a node has left must have changed for the market to be told.',
  }),
  'left-step': count(10, {
    says: 'By how many hundredths of what a node has its free processors or memory must have changed for the market to be told within seconds; less is told after the change interval.',
  }),
  'most-answers': count(10_000, {
    says: 'How many slots an Ask of version 1.0 may want at once; a Count above it is declined.',
    min: 1,
  }),
  'slice-time': duration('8 ms', {
    says: 'How long Asks of version 1.0, and what is to be told of nodes, are worked on at a stretch before everything else has its turn.',
  }),
  'tells-at-once': count(16, { says: 'How many Tells to the market are under way at once.', min: 1 }),
  ...jobSettings,
  ...agentSessionSettings,
  ...stagingSettings,
  ...identitySettings,
  ...sharingSettings,
  ...accountSettings,
  ...dealSettings,
  ...dealEventSettings,
  ...strategySettings,
});
export type BrokerSettings = z.output<typeof brokerSettings>;
