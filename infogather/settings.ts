import { z } from 'zod';
import { choice, count, duration, list, rate, size } from '../platform/config/units.ts';
import { eventSettings } from './events/settings.ts';

export const infogatherSettings = z.strictObject({
  'trusted-brokers': list('name=key', [], {
    says: 'Brokers that say who somebody is who comes over HTTP or WebSocket: a name for each, and the public key that `ogm token key` prints there. In `ogm up` its own broker is one.',
  }),
  'registration-lifetime': duration('1 h', {
    says: 'How long a registration lives after it was last told, or after a poll of it was last answered, unless it says its own Expires.',
    max: '1 d',
  }),
  'longest-lifetime': duration('1 d', {
    says: 'How long a registration of version 1.0 lives at most, whatever its Expires says.',
    max: '1 d',
  }),
  'most-registrations': count(200_000, {
    says: 'How many registrations are kept; another is refused.',
    min: 1,
  }),
  'most-bytes': size('1 GiB', {
    says: 'How long the documents of all registrations together may be; another beyond that is refused.',
  }),
  'agent-pace': size('1 MiB', {
    says: 'How much one agent may say a second, in the long run; what says more is read no faster. A frame counts for 512 B beside its text, and what an agent says of its nodes for as much for each beyond one.',
    min: '16 KiB',
  }),
  'agent-registrations': count(1_000, {
    says: 'How many registrations of one agent that tells them over a socket of its own are kept; another is refused.',
    min: 1,
  }),
  'agent-bytes': size('8 MiB', {
    says: 'How long the documents of all registrations of such an agent together may be; another beyond that is refused.',
  }),
  'agent-patience': duration('10 s', {
    says: 'How long an agent that comes over a socket of its own may take to prove who it is.',
  }),
  'agent-state': duration('10 s', {
    says: 'How often such an agent is to say how its node stands, beside whenever that changes.',
  }),
  polling: choice(['every', 'capped', 'staggered', 'adaptive'], 'staggered', {
    says: 'How polls are spread: `every` keeps the interval for each address, `capped` never passes the rate for all, `staggered` lets polls drift apart that came together, `adaptive` does so too and polls faster where polls bring news.',
  }),
  'poll-interval': duration('10 s', { says: 'How often each Poll address is polled.' }),
  'shortest-poll-interval': duration('2 s', {
    says: 'With `adaptive`: how often an address is polled at most.',
  }),
  'polls-per-second': rate(100, { says: 'With `capped`: how many polls are begun each second at most.' }),
  'polls-at-once': count(256, { says: 'How many polls are under way at once.', min: 1 }),
  'suspect-polls-at-once': count(32, {
    says: 'How many polls are under way at once to addresses whose last poll failed: they never hold up the others.',
    min: 1,
  }),
  'poll-settle': duration('250 ms', {
    says: 'How long after a first registration its Poll address is polled: nodes register one application after another.',
    min: '0 ms',
  }),
  'poll-timeout': duration('5 s', {
    says: 'How long one poll may take, from connecting to the end of input.',
  }),
  'poll-bytes': size('64 KiB', { says: 'How much one poll may answer.' }),
  'history-step': duration('10 s', { says: 'How long a point of the finest history of a node is.' }),
  'history-kept': duration('1 h', { says: 'How long the finest history of a node is kept.' }),
  'history-day-step': duration('1 min', { says: 'How long a point of the middle history of a node is.' }),
  'history-day-kept': duration('1 d', { says: 'How long the middle history of a node is kept.' }),
  'history-month-step': duration('15 min', {
    says: 'How long a point of the coarsest history of a node is.',
  }),
  'history-month-kept': duration('31 d', { says: 'How long the coarsest history of a node is kept.' }),
  'untold-kept': count(100_000, {
    says: 'How many registrations that were taken back are remembered, for a day at most, so that a repeated Untell is answered as before.',
  }),
  'most-answers': count(10_000, {
    says: 'How many registrations answer an Ask of version 1.0 at most, whatever its Limit; a Count above it is declined.',
    min: 1,
  }),
  'suggestions-tried': count(32, {
    says: 'How many changes of an Ask are tried at most where infogather says what would help.',
  }),
  'slice-time': duration('8 ms', {
    says: 'How long Asks are worked on at a stretch before everything else has its turn.',
  }),
  'page-bytes': size('1 MiB', {
    says: 'How much text one page of the list of nodes holds, but for its last node; a registration of version 1.0 whose applications would take more is declined.',
  }),
  'nodes-a-page': count(1_000, { says: 'How many nodes one page of the list holds at most.', min: 1 }),
  ...eventSettings,
});
export type InfogatherSettings = z.output<typeof infogatherSettings>;
