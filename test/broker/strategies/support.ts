import { z } from 'zod';
import { type StrategySettings, strategySettings } from '../../../broker/strategies/settings.ts';

const schema = z.strictObject(strategySettings);

/** Settings of how a broker deals; throws where they are refused. */
export function settingsOf(given: Readonly<Record<string, unknown>> = {}): StrategySettings {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new Error(read.error.issues.map(({ message }) => message).join('\n'));
}
