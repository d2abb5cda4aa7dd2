import { join } from 'node:path';
import { parseAddress, type SlaTell, slaTell } from '../../grammar/index.ts';
import type { Market } from '../../market/index.ts';
import { openMarket } from '../harness/house.ts';
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
  const running = new AsyncDisposableStack(); // which ends with the process
  let market: Promise<Market> | undefined;
  return async ({ folder, series, atOnce, windowMs }) => {
    market ??= openMarket(join(folder, 'in-process.db'), running);
    return tellFor(await market, series, atOnce, windowMs);
  };
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
