import type { SlaTell } from '../../grammar/index.ts';
import { Market } from '../../market/market.ts';
import { type MarketSettings, marketSettings } from '../../market/settings.ts';
import { silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';
import { slaTellOf } from '../support/documents.ts';
import { openServiceStore, type ServiceStore } from '../support/service-store.ts';

export const hourMs = 3_600_000;
export const minuteMs = 60_000;

/** A market with a store and a clock of its own. */
export interface GivenMarket extends AsyncDisposable {
  readonly market: Market;
  readonly clock: ManualClock;
  readonly files: ServiceStore;
  /** Stops it, opens its store again, and starts a new one on it. */
  restart(): Promise<void>;
}

export async function givenMarket(
  settings: Partial<MarketSettings> = {},
  files?: ServiceStore,
): Promise<GivenMarket> {
  const clock = new ManualClock();
  const kept = files ?? (await openServiceStore('market'));
  const open = async () => {
    const config = { ...marketSettings.parse({}), ...settings };
    const market = new Market({ config, store: kept.store, clock, log: silentLog });
    await market.start();
    return market;
  };
  let market = await open();
  return {
    clock,
    files: kept,
    get market() {
      return market;
    },
    async restart() {
      await market.stop();
      await kept.reopen();
      market = await open();
    },
    async [Symbol.asyncDispose]() {
      await market.stop();
      await kept[Symbol.asyncDispose]();
    },
  };
}

/** A Tell of a broker that has the port as its number. */
export function tellOf(application: string, port: number, also = ''): SlaTell {
  return slaTellOf(`Application: ${application}\nBroker-IP: 193.10.66.141:${port}${also && `\n${also}`}`);
}
