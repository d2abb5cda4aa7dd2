import { type Config, settingsSchema } from '../../cli/settings.ts';
import { loadConfig } from '../../platform/config/load.ts';
import type { HttpLimits } from '../../platform/doors/http.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { Store } from '../../platform/store/store.ts';

/** The configuration of a house in which nothing was set. */
export function defaultConfig(): Config {
  return loadConfig(settingsSchema, { env: {} }).config;
}

/** The limits of a door, as a house gives them to its doors. */
export function doorLimits({ doors }: Config): HttpLimits {
  return {
    connections: doors.connections,
    idleMs: doors['idle-timeout'],
    inFlight: doors['in-flight'],
    unsentBytes: doors['unsent-bytes'],
    headerBytes: doors['header-bytes'],
    headersMs: doors['headers-timeout'],
    requestMs: doors['request-timeout'],
    bodyBytes: doors['body-bytes'],
    frameBytes: doors['body-bytes'],
    pingMs: doors['ping-interval'],
    lingerMs: doors.linger,
    drainMs: doors['drain-timeout'],
  };
}

/** The limits of a store, as a house gives them to its stores. */
export function storeLimits({ house }: Config) {
  return {
    groupVerbs: house['group-verbs'],
    groupMs: house['group-time'],
    statements: house['statements-kept'],
    cacheBytes: house['store-cache'],
    journalBytes: house['journal-size'],
    busyMs: house['store-wait'],
  };
}

/** The market's store in a file, as a house opens it. */
export function openMarketStore(file: string): Promise<Store> {
  const migrations = new URL('../../market/migrations/', import.meta.url);
  return openSqliteStore({ file, migrations, log: silentLog, limits: storeLimits(defaultConfig()) });
}
