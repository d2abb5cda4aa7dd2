import { storeLimits } from '../../cli/house/limits.ts';
import { type Config, settingsSchema } from '../../cli/settings.ts';
import { Market } from '../../market/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';

/** How long Tells live that say nothing of it: longer than any run. */
const lifetimeMs = 86_400_000;

/** The configuration of a house in which nothing was set. */
export function defaultConfig(): Config {
  return loadConfig(settingsSchema, { env: {} }).config;
}

/** A market in this process over a database of its own, with room for any number of Tells; it ends with `running`. */
export async function openMarket(file: string, running: AsyncDisposableStack): Promise<Market> {
  const defaults = defaultConfig();
  const migrations = new URL('../../market/migrations/', import.meta.url);
  const store = await openSqliteStore({ file, migrations, log: silentLog, limits: storeLimits(defaults) });
  running.defer(() => store.close());
  const config = {
    ...defaults.market,
    'tell-lifetime': lifetimeMs,
    'most-tells': Number.MAX_SAFE_INTEGER,
    'most-bytes': Number.MAX_SAFE_INTEGER,
  };
  const market = running.use(new Market({ config, store, clock: systemClock, log: silentLog }));
  await market.start();
  return market;
}
