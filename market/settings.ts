import { z } from 'zod';
import { count, duration, list, size } from '../platform/config/units.ts';
import { priceSettings } from './prices/settings.ts';

export const marketSettings = z.strictObject({
  'trusted-brokers': list('name=key', [], {
    says: 'Brokers that say who somebody is who comes over HTTP or WebSocket: a name for each, and the public key that `ogm token key` prints there. In `ogm up` its own broker is one.',
  }),
  'tell-lifetime': duration('1 h', {
    says: 'How long a Tell lives, from its arrival, unless it is told again or says its own Expires.',
    max: '1 d',
  }),
  'longest-lifetime': duration('1 d', {
    says: 'How long a Tell lives, and a Watch stands, at most, whatever its Expires says.',
    max: '1 d',
  }),
  'most-tells': count(1_000_000, {
    says: 'How many live Tells the market holds; another is refused.',
    min: 1,
  }),
  'most-bytes': size('1 GiB', {
    says: 'How much text the live Tells may hold together; one that would pass it is refused.',
  }),
  'most-answers': count(10_000, {
    says: 'How many Tells answer an Ask of version 1.0 at most, whatever its Limit; a Count above it is declined.',
    min: 1,
  }),
  'asks-kept': count(64, {
    says: 'How many Asks of version 1.0 are kept ready, each with its answer until a Tell changes.',
    min: 1,
  }),
  'suggestions-tried': count(32, {
    says: 'How many changes of an Ask are tried at most where the market says what would help.',
  }),
  'untells-kept': count(100_000, {
    says: 'How many Untells and Unwatches are remembered at most, so that one that comes again is answered as before for a day.',
  }),
  'events-kept': duration('7 d', {
    says: 'How long the log keeps what was told, taken back and lapsed, for Watches that go on and for answers as of then.',
  }),
  'most-events': count(10_000_000, {
    says: 'How many events the log keeps at most, besides those of live Tells; the oldest go first.',
    min: 1,
  }),
  'replay-tells': count(250_000, {
    says: 'How many Tells the market of an earlier cursor may hold to be built again for an answer as of then.',
    min: 1,
  }),
  'replay-memory': size('1 GiB', {
    says: 'How much memory the market of an earlier cursor may take, with what it takes to answer.',
    min: '64 MiB',
  }),
  'replay-time': duration('5 min', {
    says: 'How long it may take to build the market of an earlier cursor again and to answer from it.',
  }),
  'replay-kept': duration('1 min', {
    says: 'How long the market of an earlier cursor stays in memory for the next question about it.',
  }),
  'replays-waiting': count(64, {
    says: 'How many Asks may wait for an answer as of an earlier cursor; they are answered one after another.',
    min: 1,
  }),
  'watch-lifetime': duration('1 h', {
    says: 'How long a Watch stands, from its arrival, unless it is sent again or says its own Expires.',
    max: '1 d',
  }),
  'most-watches': count(100_000, {
    says: 'How many Watches stand at once; another is declined.',
    min: 1,
  }),
  'watches-each': count(10_000, {
    says: 'How many Watches of one sender stand at once; another is declined.',
    min: 1,
  }),
  'watch-queue': count(100, {
    says: 'How many events wait in memory for the reader of one Watch; with more, it reads on from the log.',
    min: 1,
  }),
  'events-waiting': count(1_000, {
    says: 'How many events wait in memory to be put to the Watches; with more, the log is read on.',
    min: 1,
  }),
  'asks-waiting': count(2_000, {
    says: "How many Asks wait to be put to brokers' Watches; with more, some are not told to brokers.",
    min: 1,
  }),
  'slice-time': duration('4 ms', {
    says: 'How long Asks are worked on at a stretch before everything else has its turn.',
  }),
  ...priceSettings,
});
export type MarketSettings = z.output<typeof marketSettings>;
