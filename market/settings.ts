import { z } from 'zod';
import { count, duration, size } from '../platform/config/units.ts';

export const marketSettings = z.strictObject({
  'tell-lifetime': duration('1 h', {
    says: 'How long a Tell lives, from its arrival, unless it is told again or says its own Expires.',
    max: '1 d',
  }),
  'longest-lifetime': duration('1 d', {
    says: 'How long a Tell lives at most, whatever its Expires says.',
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
  'slice-time': duration('8 ms', {
    says: 'How long Asks are worked on at a stretch before everything else has its turn.',
  }),
});
export type MarketSettings = z.output<typeof marketSettings>;
