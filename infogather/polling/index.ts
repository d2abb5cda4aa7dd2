import type { InfogatherSettings } from '../settings.ts';
import { AdaptiveTurns } from './adaptive.ts';
import { EveryInterval } from './every.ts';
import { capped, Paced } from './paced.ts';
import { Staggered } from './staggered.ts';
import type { PollingStrategy } from './strategy.ts';

/** The strategies by the name that `infogather.polling` gives them. */
const strategies = {
  every: (config) => new EveryInterval(config['poll-interval']),
  capped: (config) =>
    new Paced(new EveryInterval(config['poll-interval']), capped(config['polls-per-second'])),
  staggered: (config) => new Staggered(new EveryInterval(config['poll-interval'])),
  adaptive: (config) =>
    new Staggered(new AdaptiveTurns(config['poll-interval'], config['shortest-poll-interval'])),
} as const satisfies Record<string, (config: InfogatherSettings) => PollingStrategy>;

export function createStrategy(config: InfogatherSettings): PollingStrategy {
  return strategies[config.polling](config);
}
