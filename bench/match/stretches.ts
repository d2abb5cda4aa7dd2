import type { Figure } from '../harness/bench.ts';
import type { Service } from '../harness/service.ts';
import { figureOf } from '../harness/times.ts';
import { openConversation } from '../load/conversation.ts';
import { jobAsk } from './documents.ts';

/** How many Tells one large answer brings at most. */
const largeLimit = 1_000;

/** How long the event loop of a market, started with `watchLoop`, stood while it did each kind of long work by itself. */
export async function stretches(market: Service, over: string, rounds: number): Promise<Figure[]> {
  await using conversation = await openConversation('text', market.text);
  const longest = async (question: string) => {
    await market.longestDelayMs();
    await conversation.ask(question);
    return market.longestDelayMs();
  };
  const [, head] = /^Cursor: (\d+)$/m.exec(await conversation.ask(jobAsk(0))) ?? [];
  if (head === undefined) throw new Error('an answer says no cursor');
  const [large, asOf]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    large.push(await longest(`${jobAsk(round)}Limit: ${largeLimit}\n`));
    // The market of the last cursor that was asked for is kept, so each time it is another one.
    asOf.push(await longest(`${jobAsk(round)}Cursor: ${Number(head) - round}\n`));
  }
  const loop = 'longest time that the event loop stood';
  return [
    figureOf(`${loop}, an answer of up to ${largeLimit} Tells, ${over}`, 'ms', large),
    figureOf(`${loop}, an Ask as of a Cursor, ${over}`, 'ms', asOf),
  ];
}
