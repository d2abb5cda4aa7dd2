import { z } from 'zod';
import { count, duration } from '../platform/config/units.ts';

export const marketSettings = z.strictObject({
  'tell-lifetime': duration('1 h', {
    says: 'How long a Tell lives, from its arrival, unless it is told again.',
  }),
  'most-tells': count(1_000_000, {
    says: 'How many live Tells the market holds; another is refused.',
    min: 1,
  }),
});
export type MarketSettings = z.output<typeof marketSettings>;
