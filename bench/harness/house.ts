import { storeLimits } from '../../cli/house/limits.ts';
import { type Config, settingsSchema } from '../../cli/settings.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { Store } from '../../platform/store/store.ts';

/** The configuration of a house in which nothing was set. */
export function defaultConfig(): Config {
  return loadConfig(settingsSchema, { env: {} }).config;
}

/** The market's store in a file, as a house opens it. */
export function openMarketStore(file: string): Promise<Store> {
  const migrations = new URL('../../market/migrations/', import.meta.url);
  return openSqliteStore({ file, migrations, log: silentLog, limits: storeLimits(defaultConfig()) });
}
