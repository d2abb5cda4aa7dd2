import type { Figure } from '../harness/bench.ts';
import type { LongestTurn, Service } from '../harness/service.ts';
import { figureOf } from '../harness/times.ts';
import { type Conversation, openConversation } from '../load/conversation.ts';
import { jobAsk } from './documents.ts';

/** How many Tells one large answer brings at most. */
const largeLimit = 1_000;
/** How many as large a frame as may be has room for. */
const frameLimit = 800;

/** How long the event loop of a market, started with `watchLoop`, stood while it did each kind of long work by itself. */
export async function stretches(market: Service, over: string, rounds: number): Promise<Figure[]> {
  await using text = await openConversation('text', market.text);
  await using frames = await openConversation('websocket', market.http);
  const longest = async (question: string, over: Conversation = text) => {
    await market.longestTurn();
    await over.ask(question);
    return market.longestTurn();
  };
  const [, head] = /^Cursor: (\d+)$/m.exec(await text.ask(jobAsk(0))) ?? [];
  if (head === undefined) throw new Error('an answer says no cursor');
  const [large, frame, asOf]: [LongestTurn[], LongestTurn[], LongestTurn[]] = [[], [], []];
  for (let round = 1; round <= rounds; round += 1) {
    large.push(await longest(`${jobAsk(round)}Limit: ${largeLimit}\n`));
    frame.push(await longest(`${jobAsk(round)}Limit: ${frameLimit}\n`, frames));
    // The market of the last cursor that was asked for is kept, so each time it is another one.
    asOf.push(await longest(`${jobAsk(round)}Cursor: ${Number(head) - round}\n`));
  }
  return [
    ...turnFigures(`an answer of up to ${largeLimit} Tells, ${over}`, large),
    ...turnFigures(`a frame of up to ${frameLimit} Tells, ${over}`, frame),
    ...turnFigures(`an Ask as of a Cursor, ${over}`, asOf),
  ];
}

/** How long the event loop stood at most while something was done, by the clock, with and without the wait for a core, in processor time, and for the collector. */
export function turnFigures(what: string, byRound: readonly LongestTurn[]): Figure[] {
  const loop = 'longest time that the event loop stood';
  return [
    figureOf(
      `${loop}, ${what}`,
      'ms',
      byRound.map(({ ms }) => ms),
    ),
    figureOf(
      `${loop}, less the wait for a core, ${what}`,
      'ms',
      byRound.map(({ onCoreMs }) => onCoreMs),
    ),
    figureOf(
      `${loop}, in processor time, ${what}`,
      'ms',
      byRound.map(({ cpuMs }) => cpuMs),
    ),
    figureOf(
      `${loop} to collect garbage, ${what}`,
      'ms',
      byRound.map(({ collectingMs }) => collectingMs),
    ),
  ];
}
