import { join } from 'node:path';
import { parseAddress, type SlaTell, slaTell } from '../../grammar/index.ts';
import { Market } from '../../market/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import { defaultConfig, openMarketStore } from '../harness/house.ts';
import { brokerOf } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';

/** Tells to a market in this process, so many at once. The reply is how many were acknowledged a second. */
export interface TellRequest {
  readonly folder: string;
  /** Names the Tells, so that each is one that nobody told before. */
  readonly series: string;
  readonly atOnce: number;
  readonly windowMs: number;
}

answerParent(tellsToOneMarket());

function tellsToOneMarket(): (request: TellRequest) => Promise<number> {
  let market: Promise<Market> | undefined;
  return async ({ folder, series, atOnce, windowMs }) => {
    market ??= openMarket(folder);
    return tellFor(await market, series, atOnce, windowMs);
  };
}

async function openMarket(folder: string): Promise<Market> {
  const store = await openMarketStore(join(folder, 'in-process.db'));
  const config = { ...defaultConfig().market, 'most-tells': Number.MAX_SAFE_INTEGER };
  const opened = new Market({ config, store, clock: systemClock, log: silentLog });
  await opened.start();
  return opened;
}

async function tellFor(to: Market, series: string, atOnce: number, windowMs: number): Promise<number> {
  const begun = performance.now();
  const until = begun + windowMs;
  let told = 0;
  const teller = async () => {
    while (performance.now() < until) {
      told += 1;
      await to.tell(tellOf(series, told));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, teller));
  return (told * 1_000) / (performance.now() - begun);
}

function tellOf(series: string, index: number): SlaTell {
  const brokerIp = parseAddress(brokerOf(index));
  if (brokerIp === undefined) throw new Error('a broker has an address');
  return slaTell({ application: `${series}.${index}`, brokerIp });
}
