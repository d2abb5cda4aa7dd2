import { count, duration } from '../../platform/config/units.ts';

/** How nodes are watched over, and how much of what became of them is kept. */
export const eventSettings = {
  'silent-after': duration('30 s', {
    says: 'How long nothing may be heard of a node before it counts as silent.',
  }),
  'state-interval': duration('1 s', {
    says: 'How often at most the log says how one node stands, and what its registrations say; the log follows them within this time.',
  }),
  'load-step': count(10, {
    says: 'By how many hundredths the load of a node must have changed for the log to tell of it.',
  }),
  'disk-step': count(10, {
    says: 'By how many hundredths the disk that a node has left must have changed for the log to tell of it.',
  }),
  'events-kept': duration('7 d', {
    says: 'How long the log keeps what became of nodes, for Watches that go on; so long a node that is gone is remembered, with its history and messages.',
  }),
  'most-events': count(500_000, {
    says: 'How many events the log keeps at most; the oldest go first.',
    min: 1,
  }),
  'most-gone': count(100_000, {
    says: 'How many nodes that are gone are remembered at most.',
  }),
  'events-a-page': count(1_000, { says: 'How many events one answer over HTTP holds at most.', min: 1 }),
  'watch-lifetime': duration('1 h', {
    says: 'How long a Watch stands unless it says its own Expires, and at most as long as its connection.',
    max: '1 d',
  }),
  'most-watches': count(1_000, { says: 'How many Watches stand at most; another is declined.', min: 1 }),
  'watches-each': count(100, { says: 'How many Watches of one user stand at most.', min: 1 }),
  'messages-kept': count(200, {
    says: 'How many messages are kept of each node; the oldest go first.',
    min: 1,
  }),
  'messages-waiting': count(20, {
    says: 'How many messages of one node are taken in a second; what is more is dropped, and counted.',
    min: 1,
  }),
  'longest-wait': duration('1 min', {
    says: 'How long a question for events that have not happened yet may wait.',
  }),
};
