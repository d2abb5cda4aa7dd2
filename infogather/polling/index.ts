import type { InfogatherSettings } from '../settings.ts';
import { Capped } from './capped.ts';
import { EveryInterval } from './every.ts';
import type { PollingStrategy } from './strategy.ts';

/** The strategies by the name that `infogather.polling` gives them. */
const strategies = {
  every: (config) => new EveryInterval(config['poll-interval']),
  capped: (config) => new Capped(config['poll-interval'], config['polls-per-second']),
} as const satisfies Record<string, (config: InfogatherSettings) => PollingStrategy>;

export function createStrategy(config: InfogatherSettings): PollingStrategy {
  return strategies[config.polling](config);
}
