import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openMarket } from '../harness/house.ts';
import { teller } from '../harness/in-process.ts';
import { applicationTell } from '../harness/messages.ts';
import { answerParent } from '../harness/program.ts';
import { machineTell } from '../match/documents.ts';

/** Fills the data folder of a market, which is not running, with live Tells. The reply is how many the market has taken. */
export interface FillRequest {
  readonly data: string;
  readonly tells: number;
  /** Applications of version 0.1, each told by one broker, or the machines of the matching set and one application. */
  readonly what: 'applications' | 'machines';
}

/** Tells that are under way at once: as many as one commit takes. */
const atOnce = 1_000;

answerParent<FillRequest, number>(async ({ data, tells, what }) => {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const textOf = what === 'machines' ? machineTell : applicationTell;
  await using running = new AsyncDisposableStack();
  const market = await openMarket(join(data, 'market.db'), running);
  const tell = teller(market);
  for (let first = 0; first < tells; first += atOnce) {
    const count = Math.min(atOnce, tells - first);
    await Promise.all(Array.from({ length: count }, (_, index) => tell(textOf(first + index))));
  }
  if (what === 'machines') await tell(applicationTell(0));
  return tells;
});
